using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary><c>call</c>: makes one call, to try out a gateway or a server, or from a script.</summary>
internal sealed class CallCommand
{
    private static readonly DurationForm TimeoutForm = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));

    private readonly Argument<string> _address = new("ADDRESS") { Description = "Address to call: HOST:PORT, [IPV6]:PORT or unix:PATH." };

    private readonly Argument<string[]> _words = new("METHOD")
    {
        HelpName = "ENDPOINT [JSON|@FILE|-] | ID | SERVICE METHOD [REQUEST REPLY]",
        Description = "For frame: the endpoint and a JSON body. With --smf: the request id or the four names of the method, or two names with --schema.",
        Arity = new ArgumentArity(1, 4),
    };

    private readonly Option<bool> _smf = new("--smf") { Description = "Make an smf call. Default: frame.", Arity = ArgumentArity.Zero };

    private readonly Option<string> _output = new("--output", "-o")
    {
        HelpName = "FILE|-",
        Description = "Write the body of the reply to a file, unchanged. With - it goes to standard output, and the report to standard error.",
    };

    private readonly Option<string> _timeout = new("--timeout")
    {
        HelpName = "DURATION",
        Description = "Time limit for the whole call; with octets, for the time without any data. Default: 5s.",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the report as one JSON object.", Arity = ArgumentArity.Zero };

    private readonly Option<bool> _verbose = new("--verbose", "-v")
    {
        Description = "Print each frame or message on the wire to standard error.",
        Arity = ArgumentArity.Zero,
    };

    private readonly FrameCallOptions _frame = new();
    private readonly SmfCallOptions _smfOptions = new();
    private readonly Surroundings _surroundings;
    private readonly CallFiles _files;

    private CallCommand(Surroundings surroundings)
    {
        _surroundings = surroundings;
        _files = new CallFiles(surroundings.WorkingDirectory, surroundings.Streams);
    }

    public static Command Create(Surroundings surroundings)
    {
        var call = new CallCommand(surroundings);
        var command = new Command("call",
            "Make one call and print the request and the reply. The exit status is 0 only if a complete and successful reply arrives.")
        {
            call._address, call._words,
        };
        Option[] common = [call._output, call._timeout, call._json, call._verbose];
        foreach (Option option in call._frame.All.Append(call._smf).Concat(call._smfOptions.All).Concat(common))
            command.Add(option);
        command.SetAction(call.Run);
        return command;
    }

    private int Run(ParseResult line)
    {
        InvocationConfiguration around = line.InvocationConfiguration;
        if (!TryReadSettings(line, out CallSettings? settings, out string? problem))
            return GatewayCommandLine.Refuse(line, around.Error, problem);
        var console = new CallConsole(around.Output, TextWriter.Synchronized(around.Error), _surroundings.Streams, _files, _surroundings.Clock);
        CommandCall? call = line.GetValue(_smf) ? PrepareSmf(line, settings, console, out problem) : PrepareFrame(line, settings, console, out problem);
        return call is null ? GatewayCommandLine.Refuse(line, around.Error, problem!) : call.MakeAsync().GetAwaiter().GetResult();
    }

    private bool TryReadSettings(ParseResult line, [NotNullWhen(true)] out CallSettings? settings, [NotNullWhen(false)] out string? problem)
    {
        settings = null;
        string text = line.GetRequiredValue(_address);
        if (!Address.TryParse(text, out Address? address, out problem))
            return false;
        TimeSpan limit = default;
        string? output = line.GetValue(_output);
        bool json = line.GetValue(_json);
        problem = address is DemoAddress ? "an embedded server has no address; call a listener with a route to it"
            : TimeoutForm.Read(line.GetValue(_timeout) ?? "5s", SettingKind.Variable, out limit) is { } limitProblem
            ? $"--timeout: {limitProblem}; write {TimeoutForm.Phrase}"
            : json && output == CallFiles.Standard ? "--json and --output - both write to standard output; write --output FILE"
            : _files.CheckOutput(output);
        if (problem is null)
            settings = new CallSettings(address.ToString(), limit, output, json, line.GetValue(_verbose));
        return problem is null;
    }

    private FrameCommandCall? PrepareFrame(ParseResult line, CallSettings settings, CallConsole console, out string? problem)
    {
        problem = _smfOptions.FirstGiven(line) is { } other ? $"{other} is for --smf; a frame call takes its body as JSON, @FILE, - or --octets FILE" : null;
        string[] words = line.GetRequiredValue(_words);
        return problem is null && _frame.TryRead(line, words, settings.Output is not null, _files, out FrameRequestPlan? plan, out Stream? octets, out problem)
            ? new FrameCommandCall(plan, octets, settings, console)
            : null;
    }

    private SmfCommandCall? PrepareSmf(ParseResult line, CallSettings settings, CallConsole console, out string? problem)
    {
        problem = _frame.FirstGiven(line) is { } other ? $"{other} is for frame calls; an smf call takes --hex, --base64 or --payload FILE" : null;
        return problem is null && _smfOptions.TryRead(line, line.GetRequiredValue(_words), _files, out SmfRequestPlan? plan, out problem)
            ? new SmfCommandCall(plan, settings, console)
            : null;
    }
}
