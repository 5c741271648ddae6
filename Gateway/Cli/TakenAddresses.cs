using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Cli;

/// <summary>Addresses of the configuration that cannot be listened on here and now.</summary>
internal static class TakenAddresses
{
    public static IEnumerable<Mistake> Find(GatewayConfiguration configuration)
    {
        GatewayOptions options = configuration.Options!;
        for (int i = 0; i < options.Listeners.Count; i++)
        {
            if (AddressProbe.FindProblem(options.Listeners[i].Address) is { } problem)
                yield return configuration.ListenerMistake(i, ListenerSection.Address, problem);
        }
        if (options.Admin is { } admin && AddressProbe.FindProblem(admin.Address) is { } adminProblem)
            yield return configuration.AdminMistake(AdminSection.Address, adminProblem);
    }
}
