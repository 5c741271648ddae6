using System.CommandLine;
using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.Formats.Registry;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Cli;

/// <summary>The arguments of <c>bench</c>, and the plan made from them.</summary>
internal sealed class BenchOptions
{
    /// <summary>The sizes used by this project's comparisons.</summary>
    private const int SmfSizeBytes = 60, FrameSizeBytes = 100;

    /// <summary>A larger body would not fit into one array with its header.</summary>
    private const int SizeBytesMax = 1 << 30;

    private const int InFlightMax = 16_384;

    private static readonly DurationForm DurationForm = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24));
    private static readonly DurationForm WarmUpForm = new(TimeSpan.Zero, TimeSpan.FromHours(1));
    private static readonly SizeForm PayloadForm = new(1, SizeBytesMax);
    private static readonly SizeForm StreamForm = new(0, long.MaxValue);

    private readonly Argument<string> _address = new("ADDRESS") { Description = "Address to call: HOST:PORT, [IPV6]:PORT or unix:PATH." };
    private readonly Option<string> _protocol = ProtocolOption.Create();
    private readonly Option<string> _connections = Option("--connections", "COUNT", "Number of connections. Default: 16.");
    private readonly Option<string> _inFlight = Option("--in-flight", "COUNT", "Concurrent calls per connection, pipelined. Default: 1.");
    private readonly Option<string> _size = Option("--size", "SIZE",
        $"Size of a request body. Default: {SmfSizeBytes} bytes for smf, {FrameSizeBytes} for frame.");
    private readonly Option<string> _duration = Option("--duration", "DURATION", "How long to measure. Default: 10s.");
    private readonly Option<string> _count = Option("--count", "COUNT", "Number of calls to measure, instead of --duration.");
    private readonly Option<string> _warmUp = Option("--warm-up", "DURATION", "How long to make calls before measuring. Default: 1s.");
    private readonly Option<string> _threads = Option("--threads", "COUNT", "Number of threads that make calls. Default: 1.");
    private readonly Option<string> _rate = Option(
        "--rate", "CALLS_PER_SECOND", "Send calls at a fixed rate and measure latency from the time a call was due. "
        + "By default each call is sent when a reply arrives.");
    private readonly Option<string> _timeout = Option("--timeout", "DURATION", "Give up on missing replies after this long without any data. Default: 5s.");
    private readonly Option<string> _id = Option("--id", "ID", "Request id of the smf method. Default: 0x6ad4023d (SmfStorage.Get).");
    private readonly Option<string[]> _method = new("--method")
    {
        HelpName = "ENDPOINT | SERVICE METHOD REQUEST REPLY",
        Description = "Method by name: the endpoint for frame (default: Echo), or the four names for smf.",
        Arity = new ArgumentArity(1, 4),
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<bool> _octets = new("--octets")
    {
        Description = "Send frame bodies as octets, to the endpoint EchoOctets. Default: JSON.",
        Arity = ArgumentArity.Zero,
    };
    private readonly Option<string> _stream = Option("--stream", "SIZE",
        "Each frame call downloads this much from the endpoint Stream of the embedded server.");
    private readonly Option<string> _upload = Option("--upload", "SIZE",
        "Each frame call uploads this much, in frames of 4 MiB, to the endpoint Upload of the embedded server.");
    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print the result as JSON. Latencies are in nanoseconds; requestBytes and replyBytes count payload without headers.",
        Arity = ArgumentArity.Zero,
    };
    private readonly Option<bool> _phases = new("--phases")
    {
        Description = "Print \"measuring\" and \"measured\" to standard error when the measurement begins and ends, "
            + "for scripts that observe the server meanwhile.",
        Arity = ArgumentArity.Zero,
    };

    public void AddTo(Command command)
    {
        command.Add(_address);
        Option[] options =
            [_protocol, _connections, _inFlight, _size, _duration, _count, _warmUp, _threads, _rate, _timeout,
                _id, _method, _octets, _stream, _upload, _json, _phases];
        foreach (Option option in options)
            command.Add(option);
    }

    public bool WantsJson(ParseResult line) => line.GetValue(_json);

    public bool WantsPhases(ParseResult line) => line.GetValue(_phases);

    /// <summary>Makes the plan, which can run if <paramref name="problems"/> stays empty.</summary>
    public LoadPlan Read(ParseResult line, List<string> problems)
    {
        WireFormat protocol = ProtocolOption.Read(line, _protocol, problems);
        bool isSmf = !protocol.HasEndpoints;
        var plan = new LoadPlan
        {
            Address = Read(line.GetRequiredValue(_address), "ADDRESS", AddressForm.OfServer, problems),
            Format = BuiltInFormats.Registry.Of(protocol),
            Connections = Read(line, _connections, new CountForm(1, 20_000), "16", problems),
            InFlight = Read(line, _inFlight, new CountForm(1, InFlightMax), "1", problems),
            SizeBytes = (int)Read(line, _size, PayloadForm, $"{(isSmf ? SmfSizeBytes : FrameSizeBytes)}", problems),
            Threads = Read(line, _threads, new CountForm(1, 1024), "1", problems),
            Duration = Read(line, _duration, DurationForm, "10s", problems),
            Count = line.GetValue(_count) is null ? null : Read(line, _count, new CountForm(1, int.MaxValue), "", problems),
            WarmUp = Read(line, _warmUp, WarmUpForm, "1s", problems),
            CallsPerSecond = line.GetValue(_rate) is null ? null : Read(line, _rate, new CountForm(1, 100_000_000), "", problems),
            Timeout = Read(line, _timeout, DurationForm, "5s", problems),
            Id = ReadId(line, problems),
            Endpoint = line.GetValue(_method) is [string endpoint] ? endpoint
                : line.GetValue(_stream) is not null ? "Stream"
                : line.GetValue(_upload) is not null ? "Upload"
                : line.GetValue(_octets) ? "EchoOctets"
                : "Echo",
            DataType = line.GetValue(_octets) ? DataType.Octets : DataType.Json,
            StreamBytes = line.GetValue(_stream) is null ? null : Read(line, _stream, StreamForm, "", problems),
            UploadBytes = line.GetValue(_upload) is null ? null : Read(line, _upload, StreamForm, "", problems),
        };
        problems.AddRange(FindContradictions(line, plan));
        return plan;
    }

    private IEnumerable<string> FindContradictions(ParseResult line, LoadPlan plan)
    {
        bool isSmf = !plan.Format.Wire.HasEndpoints;
        if (plan.Address is DemoAddress)
            yield return "an embedded server has no address; run \"frpc-gateway demo\" and call its address";
        if (plan.Threads > plan.Connections)
            yield return $"--threads ({plan.Threads}) is larger than --connections ({plan.Connections}); each thread needs a connection";
        if (plan.Count is not null && line.GetValue(_duration) is not null)
            yield return "--count and --duration cannot be combined";
        if (isSmf && (plan.StreamBytes is not null || plan.UploadBytes is not null || plan.DataType == DataType.Octets))
            yield return "--stream, --upload and --octets are for --protocol frame";
        if (!isSmf && line.GetValue(_id) is not null)
            yield return "--id is for --protocol smf; write --method ENDPOINT for frame";
        if (line.GetValue(_id) is not null && line.GetValue(_method) is { Length: > 0 })
            yield return "--id and --method cannot be combined";
        if (line.GetValue(_method) is { Length: > 0 } names && names.Length != (isSmf ? 4 : 1))
            yield return isSmf ? "--method takes the four names SERVICE METHOD REQUEST REPLY for smf" : "--method takes one name, the endpoint, for frame";
        if (plan.StreamBytes is not null && plan.UploadBytes is not null)
            yield return "--stream and --upload cannot be combined";
        if ((plan.StreamBytes is not null || plan.UploadBytes is not null) && (line.GetValue(_octets) || line.GetValue(_size) is not null))
            yield return $"{(plan.StreamBytes is not null ? "--stream" : "--upload")} cannot be combined with --size or --octets";
        else if (!isSmf && plan.DataType == DataType.Json && plan.SizeBytes < LoadPayload.JsonBytesMin)
            yield return $"--size: a JSON body has at least {LoadPayload.JsonBytesMin} bytes; with --octets it may be shorter";
    }

    private RequestId ReadId(ParseResult line, List<string> problems) =>
        line.GetValue(_method) is [string service, string method, string request, string reply]
            ? RequestId.ForMethod(service, method, request, reply)
            : Read(line, _id, new RequestIdForm(), "0x6ad4023d", problems);

    private static T Read<T>(ParseResult line, Option<string> option, ValueForm<T> form, string byDefault, List<string> problems) =>
        Read(line.GetValue(option) ?? byDefault, option.Name, form, problems);

    private static T Read<T>(string text, string name, ValueForm<T> form, List<string> problems)
    {
        if (form.Read(text, SettingKind.Variable, out T value) is { } problem)
            problems.Add($"{name}: {problem}; write {form.Phrase}");
        return value;
    }

    private static Option<string> Option(string name, string helpName, string description) => new(name) { HelpName = helpName, Description = description };
}
