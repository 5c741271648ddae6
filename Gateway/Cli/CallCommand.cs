using System.CommandLine;
using System.Net.Sockets;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Cli;

/// <summary><c>call</c>: one real call, to see with one's own eyes that a gateway or a server answers.</summary>
internal sealed class CallCommand
{
    private static readonly ChoiceForm<DataType> AcceptForm = new(("json", DataType.Json), ("octets", DataType.Octets), ("none", DataType.None));
    private static readonly DurationForm TimeoutForm = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));

    private readonly Argument<string> _address = new("ADDRESS") { Description = "Where to call: HOST:PORT, [IPV6]:PORT or unix:PATH." };

    private readonly Argument<string[]> _words = new("METHOD")
    {
        HelpName = "ENDPOINT [JSON] | ID | SERVICE METHOD REQUEST REPLY",
        Description = "For frame the endpoint and a JSON body; with --smf the id of the method, or its four names.",
        Arity = new ArgumentArity(1, 4),
    };

    private readonly Option<bool> _smf = new("--smf") { Description = "Call in the smf format.", Arity = ArgumentArity.Zero };

    private readonly Option<string> _hex = new("--hex")
    {
        HelpName = "PAYLOAD",
        Description = "The smf payload in hexadecimal; by default a FlatBuffers table of 60 bytes.",
    };

    private readonly Option<string> _accept = new("--accept")
    {
        HelpName = "json|octets|none",
        Description = "What a frame reply should hold; json by default.",
    };

    private readonly Option<string> _timeout = new("--timeout") { HelpName = "DURATION", Description = "How long all of the call may take; 5s by default." };

    public static Command Create()
    {
        var call = new CallCommand();
        var command = new Command("call", "Make one call and print request and reply. The exit status is 0 only if the reply is a success.")
        {
            call._address, call._words, call._smf, call._accept, call._hex, call._timeout,
        };
        command.SetAction(call.Run);
        return command;
    }

    private int Run(ParseResult line)
    {
        TextWriter error = line.InvocationConfiguration.Error;
        if (!Address.TryParse(line.GetRequiredValue(_address), out Address? address, out string? problem))
            return GatewayCommandLine.Refuse(line, error, problem);
        if (address is DemoAddress)
            return GatewayCommandLine.Refuse(line, error, "an embedded server has no address of its own; call a listener whose route leads to it");
        string limitText = line.GetValue(_timeout) ?? "5s";
        if (TimeoutForm.Read(limitText, SettingKind.Variable, out TimeSpan limit) is { } limitProblem)
            return GatewayCommandLine.Refuse(line, error, $"--timeout: {limitProblem}; write {TimeoutForm.Phrase}");

        Func<CallSocket, TextWriter, bool>? call = line.GetValue(_smf) ? PrepareSmf(line, out problem) : PrepareFrame(line, out problem);
        return call is null ? GatewayCommandLine.Refuse(line, error, problem!) : Make(call, address, limit, line.InvocationConfiguration);
    }

    private Func<CallSocket, TextWriter, bool>? PrepareFrame(ParseResult line, out string? problem)
    {
        string[] words = line.GetRequiredValue(_words);
        problem = AcceptForm.Read(line.GetValue(_accept) ?? "json", SettingKind.Variable, out DataType accept) is { } acceptProblem
            ? $"--accept: {acceptProblem}; write {AcceptForm.Phrase}"
            : line.GetValue(_hex) is not null ? "--hex is for --smf; a frame call takes its body as JSON"
            : words.Length > 2 ? $"{words.Length} words are too many: a frame call takes ENDPOINT [JSON]; --smf calls a method by its four names"
            : null;
        return problem is null ? (socket, output) => new FrameCall(socket, output).Make(words[0], words.Length == 2 ? words[1] : null, accept) : null;
    }

    private Func<CallSocket, TextWriter, bool>? PrepareSmf(ParseResult line, out string? problem)
    {
        string[] words = line.GetRequiredValue(_words);
        byte[] payload = SmfCall.DefaultPayload;
        RequestId id = default;
        problem = line.GetValue(_accept) is not null ? "--accept is for frame calls; an smf reply has one kind"
            : line.GetValue(_hex) is { } hex && !TryReadHex(hex, out payload) ? "--hex takes an even number of hexadecimal digits, at least two"
            : null;
        if (words.Length == 4)
            id = RequestId.ForMethod(words[0], words[1], words[2], words[3]);
        else if (words.Length != 1)
            problem ??= $"{words.Length} words say no method: it takes ID, or SERVICE METHOD REQUEST REPLY";
        else if (!RequestId.TryParse(words[0], out id))
            problem ??= $"\"{words[0]}\" is not a request id, such as 0x6ad4023d or 1792279101";
        return problem is null ? (socket, output) => SmfCall.Make(socket, id, payload, output) : null;
    }

    private static bool TryReadHex(string hex, out byte[] payload)
    {
        bool right = hex.Length is > 0 && hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigit);
        payload = right ? Convert.FromHexString(hex) : [];
        return right;
    }

    private static int Make(Func<CallSocket, TextWriter, bool> call, Address address, TimeSpan limit, InvocationConfiguration console)
    {
        try
        {
            using var socket = CallSocket.Connect(address, limit);
            bool success = call(socket, console.Output);
            console.Output.WriteLine($"{(success ? "success" : "failure")} in {socket.ReplyTime.TotalMilliseconds:0.0} ms");
            return success ? ExitStatus.Fine : ExitStatus.Failed;
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException or InvalidDataException)
        {
            console.Error.WriteLine($"{GatewayCommandLine.Program}: {address}: {e.Message}");
            return ExitStatus.Failed;
        }
    }
}
