using System.CommandLine;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Cli;

/// <summary><c>routes</c>: prints the routing table, with ids as they are on the wire.</summary>
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
            return ExitStatus.UsageError;
        TextTable.Write(line.InvocationConfiguration.Output, [Heading, .. configuration.Options!.Routes.Select(Row)]);
        return ExitStatus.Success;
    }

    private static string[] Row(RouteOptions route) =>
    [
        new RequestId(route.Id).ToString(),
        route.Name,
        route.Signature ?? "-",
        route.Backend,
        DurationForm.Display(route.Timeout),
    ];
}

/// <summary>A table whose columns are as wide as their longest entry.</summary>
internal static class TextTable
{
    /// <summary>The first row is the heading.</summary>
    public static void Write(TextWriter output, IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
