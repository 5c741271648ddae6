using System.CommandLine;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;

namespace FrameRpc.Gateway.Cli;

/// <summary><c>--protocol</c>, for commands that use one format.</summary>
internal static class ProtocolOption
{
    private static readonly ChoiceForm<WireFormat> Form = new([.. WireFormat.All.Select(format => (format.Word, format))]);

    public static Option<string> Create() => new("--protocol") { HelpName = string.Join('|', WireFormat.All), Description = "Wire format.", Required = true };

    /// <summary>Reads the format; adds to <paramref name="problems"/> if it is wrong.</summary>
    public static WireFormat Read(ParseResult line, Option<string> option, List<string> problems)
    {
        if (Form.Read(line.GetRequiredValue(option), SettingKind.Variable, out WireFormat protocol) is { } problem)
            problems.Add($"--protocol: {problem}; write {Form.Phrase}");
        return protocol;
    }
}
