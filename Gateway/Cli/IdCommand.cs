using System.CommandLine;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Cli;

/// <summary><c>id</c>: the request id of a method, from its names.</summary>
internal static class IdCommand
{
    private static readonly Argument<string[]> Names = new("NAMES")
    {
        HelpName = "SERVICE METHOD REQUEST REPLY | ENDPOINT",
        Description = "The four names of an smf method, or the endpoint of a frame method.",
        Arity = new ArgumentArity(1, 4),
    };

    public static Command Create()
    {
        var command = new Command("id", "Print the request id of a method, in hexadecimal and decimal.") { Names };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult line)
    {
        string[] names = line.GetRequiredValue(Names);
        if (names.Length is not (1 or 4))
        {
            string problem = $"{names.Length} names say no method: it takes SERVICE METHOD REQUEST REPLY, or ENDPOINT";
            return GatewayCommandLine.Refuse(line, line.InvocationConfiguration.Error, problem);
        }
        RequestId id = names.Length == 1 ? RequestId.ForEndpoint(names[0]) : RequestId.ForMethod(names[0], names[1], names[2], names[3]);
        line.InvocationConfiguration.Output.WriteLine($"{id} {id.Value}");
        return ExitStatus.Fine;
    }
}
