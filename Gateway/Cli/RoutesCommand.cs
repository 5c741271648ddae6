using System.CommandLine;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Cli;

/// <summary><c>routes</c>: the table of routes, with the ids as they are on the wire.</summary>
internal static class RoutesCommand
{
    private static readonly string[] Heading = ["ID", "NAME", "METHOD", "BACKEND", "TIMEOUT"];

    public static Command Create(ConfigOption config)
    {
        var command = new Command("routes", "Print the routes: id, name, method, backend and timeout.") { config.Option };
        command.SetAction(line => Run(line, config));
        return command;
    }

    private static int Run(ParseResult line, ConfigOption config)
    {
        if (!config.TryLoad(line, out _, out GatewayConfiguration? configuration))
            return ExitStatus.Wrong;
        TextTable.Write(line.InvocationConfiguration.Output, [Heading, .. configuration.Options!.Routes.Select(route => Row(route, configuration.Options))]);
        return ExitStatus.Fine;
    }

    private static string[] Row(RouteOptions route, GatewayOptions options) =>
    [
        new RequestId(route.Id).ToString(),
        route.Name,
        route.Signature ?? "-",
        route.Backend,
        DurationForm.Display(route.Timeout),
    ];
}
