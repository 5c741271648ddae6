using FrameRpc.Gateway.Configuration;

namespace FrameRpc.Gateway.Cli;

/// <summary>Runs a gateway until it is told to stop.</summary>
internal static class GatewayHost
{
    internal static int Run(GatewayOptions options, TextWriter output)
    {
        foreach (ListenerOptions listener in options.Listeners)
            output.WriteLine($"{listener.Name}: {listener.Address}");
        return ExitStatus.Failed;
    }
}
