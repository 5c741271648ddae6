using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Cli;

/// <summary>What a gateway says when it has started: a line for each listener and backend, and <c>ready</c>.</summary>
internal static class StartupReport
{
    public static void Write(TextWriter output, GatewayOptions options, IReadOnlyList<ListenPoint> listenPoints)
    {
        int listenerWidth = options.Listeners.Max(listener => listener.Name.Length);
        for (int i = 0; i < listenPoints.Count; i++)
        {
            ListenerOptions listener = options.Listeners[i];
            output.WriteLine($"listener {listener.Name.PadRight(listenerWidth)}  {Word(listener.Protocol),-5}  {listenPoints[i].Address}");
        }
        int backendWidth = options.Backends.Select(backend => backend.Name.Length).DefaultIfEmpty(0).Max();
        foreach (BackendOptions backend in options.Backends)
        {
            int routes = options.Routes.Count(route => options.Backends[route.Backend] == backend);
            output.WriteLine(
                $"backend  {backend.Name.PadRight(backendWidth)}  {Word(backend.Protocol),-5}  "
                + $"{string.Join(", ", backend.Servers.Select(Show))} ({Count(routes, "route")})");
        }
        if (options.Admin is { } admin)
            output.WriteLine($"admin    {admin.Address}: not served, this version has no admin endpoint yet");
        output.WriteLine($"ready: {Count(options.Workers, "worker")}, process {Environment.ProcessId}");
        output.Flush();
    }

    private static string Show(ServerOptions server) => server.Weight == 1 ? server.Address.ToString() : $"{server.Address} (weight {server.Weight})";

    private static string Word(WireProtocol protocol) => protocol == WireProtocol.Smf ? "smf" : "frame";

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
