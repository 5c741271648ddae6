using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Hosting;

/// <summary>The status lines after startup: one for each listener and backend, then <c>ready</c>.</summary>
internal static class StartupReport
{
    /// <param name="options">The configuration.</param>
    /// <param name="listeners">The addresses of the listeners, with the ports that the kernel chose.</param>
    /// <param name="admin">The admin address; null if there is none.</param>
    public static string Of(GatewayOptions options, IReadOnlyList<Address> listeners, Address? admin) => string.Join('\n', Lines(options, listeners, admin));

    private static IEnumerable<string> Lines(GatewayOptions options, IReadOnlyList<Address> listeners, Address? admin)
    {
        int listenerWidth = options.Listeners.Max(listener => listener.Name.Length);
        for (int i = 0; i < listeners.Count; i++)
        {
            ListenerOptions listener = options.Listeners[i];
            yield return $"listener {listener.Name.PadRight(listenerWidth)}  {listener.Protocol.Word,-5}  {listeners[i]}";
        }
        int backendWidth = options.Backends.Select(backend => backend.Name.Length).DefaultIfEmpty(0).Max();
        foreach (BackendOptions backend in options.Backends)
        {
            int routes = options.Routes.Count(route => route.Backend == backend.Name);
            yield return
                $"backend  {backend.Name.PadRight(backendWidth)}  {backend.Protocol.Word,-5}  "
                + $"{string.Join(", ", backend.Servers.Select(Show))} ({Count(routes, "route")})";
        }
        if (admin is not null)
            yield return $"admin    {admin}";
        yield return $"ready: {Count(options.Workers, "worker")}, process {Environment.ProcessId}";
    }

    private static string Show(BackendServerOptions server) => server.Weight == 1 ? server.Address.ToString() : $"{server.Address} (weight {server.Weight})";

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
