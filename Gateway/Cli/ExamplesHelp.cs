using System.CommandLine;
using System.CommandLine.Invocation;

namespace FrameRpc.Gateway.Cli;

/// <summary>A command's help, followed by examples.</summary>
internal sealed class ExamplesHelp(SynchronousCommandLineAction help, IReadOnlyDictionary<Command, string[]> examples) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int status = help.Invoke(parseResult);
        TextWriter output = parseResult.InvocationConfiguration.Output;
        if (examples.TryGetValue(parseResult.CommandResult.Command, out string[]? lines))
        {
            output.WriteLine("Examples:");
            foreach (string line in lines)
                output.WriteLine($"  {line}");
            output.WriteLine();
        }
        return status;
    }
}
