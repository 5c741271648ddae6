using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>The arguments of a frame call.</summary>
internal sealed class FrameCallOptions
{
    private static readonly ChoiceForm<DataType> AcceptForm = new(("json", DataType.Json), ("octets", DataType.Octets), ("none", DataType.None));
    private static readonly int JsonBytesMax = new FrameClientOptions().MessageBytesMax;

    private readonly Option<string> _octets = new("--octets")
    {
        HelpName = "FILE|-",
        Description = "Send a file or standard input as octets, streamed and of any length.",
    };

    private readonly Option<string> _accept = new("--accept")
    {
        HelpName = "json|octets|none",
        Description = "Type of the frame reply. Default: json, or octets with --output.",
    };

    public IEnumerable<Option> All => [_octets, _accept];

    /// <summary>The first of these options that was given, to reject it for an smf call; or null.</summary>
    public string? FirstGiven(ParseResult line) => All.FirstOrDefault(option => line.GetResult(option) is not null)?.Name;

    /// <summary>Reads the arguments and their files; false, with the problem, before anything is sent.</summary>
    public bool TryRead(
        ParseResult line, string[] words, bool hasOutput, CallFiles files,
        [NotNullWhen(true)] out FrameRequestPlan? plan, out Stream? octets, out string? problem)
    {
        plan = null;
        octets = null;
        string? file = line.GetValue(_octets);
        problem = AcceptForm.Read(line.GetValue(_accept) ?? (hasOutput ? "octets" : "json"), SettingKind.Variable, out DataType accept) is { } acceptProblem
            ? $"--accept: {acceptProblem}; write {AcceptForm.Phrase}"
            : words.Length > 2 ? $"too many arguments: a frame call takes ENDPOINT [JSON], not {words.Length}; add --smf to call an smf method by its names"
            : file is not null && words.Length == 2 ? "a JSON body and --octets cannot be combined"
            : accept is DataType.None && hasOutput ? "--accept none and --output cannot be combined"
            : FitsHeader(words[0]) ? null : $"the endpoint name does not fit into a header of {MessageHeader.BytesMax} bytes";
        byte[]? json = problem is null && words.Length == 2 ? ReadJson(words[1], files, out problem) : null;
        if (problem is null && file is not null)
            octets = files.OpenToRead(file, out problem);
        if (problem is null)
            plan = new FrameRequestPlan(words[0], json, file, accept);
        return problem is null;
    }

    /// <summary>Reads a body given as JSON, <c>@FILE</c> or <c>-</c>.</summary>
    private static byte[] ReadJson(string word, CallFiles files, out string? problem)
    {
        problem = null;
        string? file = word == CallFiles.Standard ? word : word.StartsWith('@') ? word[1..] : null;
        byte[] json = file is null ? Encoding.UTF8.GetBytes(word) : files.ReadAll(file, JsonBytesMax, out problem);
        if (problem is null && JsonText.FindProblem(json) is { } wrong)
            problem = $"{(file is null ? "the body" : CallFiles.Show(file))} is not JSON: {wrong}";
        return json;
    }

    private static bool FitsHeader(string endpoint)
    {
        var header = new MessageHeader(Encoding.UTF8.GetBytes(endpoint), DataType.Octets, DataType.Octets, ReplyError.Absent, default);
        return header.Write(stackalloc byte[MessageHeader.BytesMax]) > 0;
    }
}
