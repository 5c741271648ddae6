using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Cli;

/// <summary>Errors that depend on this machine, in a configuration that is otherwise valid.</summary>
internal static class MachineMistakes
{
    public static IEnumerable<Mistake> Find(GatewayConfiguration configuration) =>
        [.. TakenAddresses.Find(configuration), .. FindUnknownOwners(configuration), .. FindUnusableToken(configuration)];

    private static IEnumerable<Mistake> FindUnknownOwners(GatewayConfiguration configuration)
    {
        GatewayOptions options = configuration.Options!;
        for (int i = 0; i < options.Listeners.Count; i++)
        {
            if (options.Listeners[i].Rights.FindProblem() is { } problem)
                yield return configuration.ListenerMistake(i, ListenerSection.Owner, problem);
        }
        if (options.Admin?.Rights.FindProblem() is { } adminProblem)
            yield return configuration.AdminMistake(AdminSection.Owner, adminProblem);
    }

    private static IEnumerable<Mistake> FindUnusableToken(GatewayConfiguration configuration)
    {
        if (configuration.Options!.Admin is { TokenFile: { } file } admin && AdminToken.FindProblem(file, admin.CreateToken) is { } problem)
            yield return configuration.AdminMistake(AdminSection.TokenFile, problem);
    }
}

/// <summary>Addresses of the configuration that cannot be listened on now.</summary>
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
