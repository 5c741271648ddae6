using System.CommandLine;
using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Cli;

/// <summary>The words of <c>bench</c>, and the plan that they are.</summary>
internal sealed class BenchOptions
{
    /// <summary>Frame bodies of 100 bytes and smf payloads of 60 are what the comparisons of this project use.</summary>
    private const int SmfSizeBytes = 60, FrameSizeBytes = 100;

    /// <summary>More would not fit one array with its header.</summary>
    private const int SizeBytesMax = 1 << 30;

    private const int InFlightMax = 16_384;

    private static readonly DurationForm DurationForm = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24));
    private static readonly DurationForm WarmUpForm = new(TimeSpan.Zero, TimeSpan.FromHours(1));
    private static readonly SizeForm PayloadForm = new(1, SizeBytesMax);
    private static readonly SizeForm StreamForm = new(0, long.MaxValue);

    private readonly Argument<string> _address = new("ADDRESS") { Description = "What to load: HOST:PORT, [IPV6]:PORT or unix:PATH." };
    private readonly Option<string> _protocol = ProtocolOption.Create();
    private readonly Option<string> _connections = Option("--connections", "COUNT", "Connections; 16 by default.");
    private readonly Option<string> _inFlight = Option("--in-flight", "COUNT", "Calls of each connection at once, pipelined; 1 by default.");
    private readonly Option<string> _size = Option("--size", "SIZE", $"Bytes of a request's body; {SmfSizeBytes} for smf and {FrameSizeBytes} for frame by default.");
    private readonly Option<string> _duration = Option("--duration", "DURATION", "How long to measure; 10s by default.");
    private readonly Option<string> _count = Option("--count", "COUNT", "How many calls to measure, instead of a duration.");
    private readonly Option<string> _warmUp = Option("--warm-up", "DURATION", "Calls before the measured ones; 1s by default.");
    private readonly Option<string> _threads = Option("--threads", "COUNT", "Threads that make the calls; 1 by default.");
    private readonly Option<string> _rate = Option(
        "--rate", "CALLS_PER_SECOND", "Send by the clock, and count latency from when a call was due. By default a call follows a reply.");
    private readonly Option<string> _timeout = Option("--timeout", "DURATION", "How long nothing may move before missing replies are given up; 5s by default.");
    private readonly Option<string> _id = Option("--id", "ID", "The smf method by its request id; 0x6ad4023d, SmfStorage's Get, by default.");
    private readonly Option<string[]> _method = new("--method")
    {
        HelpName = "ENDPOINT | SERVICE METHOD REQUEST REPLY",
        Description = "The method by its names: the endpoint of frame, Echo by default, or the four names of smf.",
        Arity = new ArgumentArity(1, 4),
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<bool> _octets = new("--octets") { Description = "Frame bodies are octets, of the endpoint EchoOctets; JSON by default.", Arity = ArgumentArity.Zero };
    private readonly Option<string> _stream = Option("--stream", "SIZE", "Frame calls download as much from the embedded server's endpoint Stream.");
    private readonly Option<string> _upload = Option("--upload", "SIZE", "Frame calls upload as much, in frames of 4 MiB, to the embedded server's endpoint Upload.");
    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print the result as JSON. Latencies are in nanoseconds; requestBytes and replyBytes are payload without headers.",
        Arity = ArgumentArity.Zero,
    };
    private readonly Option<bool> _phases = new("--phases")
    {
        Description = "Say \"measuring\" and \"measured\" on standard error, each on a line, when the measured part begins and ends: for whoever watches the server meanwhile.",
        Arity = ArgumentArity.Zero,
    };

    public void AddTo(Command command)
    {
        command.Add(_address);
        Option[] options =
            [_protocol, _connections, _inFlight, _size, _duration, _count, _warmUp, _threads, _rate, _timeout, _id, _method, _octets, _stream, _upload, _json, _phases];
        foreach (Option option in options)
            command.Add(option);
    }

    public bool WantsJson(ParseResult line) => line.GetValue(_json);

    public bool WantsPhases(ParseResult line) => line.GetValue(_phases);

    /// <summary>The plan; it can run if <paramref name="problems"/> stay empty.</summary>
    public LoadPlan Read(ParseResult line, List<string> problems)
    {
        WireFormat protocol = ProtocolOption.Read(line, _protocol, problems);
        bool isSmf = !protocol.HasEndpoints;
        var plan = new LoadPlan
        {
            Address = Read(line.GetRequiredValue(_address), "ADDRESS", AddressForm.OfServer, problems),
            Format = FormatRegistry.Product.Of(protocol),
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
            Endpoint = line.GetValue(_method) is [string endpoint] ? endpoint : line.GetValue(_stream) is not null ? "Stream" : line.GetValue(_upload) is not null ? "Upload" : line.GetValue(_octets) ? "EchoOctets" : "Echo",
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
            yield return "an embedded server has no address of its own; \"frpc-gateway demo\" runs one that has";
        if (plan.Threads > plan.Connections)
            yield return $"{plan.Threads} threads have no use for {plan.Connections} connections";
        if (plan.Count is not null && line.GetValue(_duration) is not null)
            yield return "--count and --duration are two ends for one measurement";
        if (isSmf && (plan.StreamBytes is not null || plan.UploadBytes is not null || plan.DataType == DataType.Octets))
            yield return "--stream, --upload and --octets are for --protocol frame";
        if (!isSmf && line.GetValue(_id) is not null)
            yield return "--id is for --protocol smf; a frame method is named by --method ENDPOINT";
        if (line.GetValue(_id) is not null && line.GetValue(_method) is { Length: > 0 })
            yield return "--id and --method name two methods";
        if (line.GetValue(_method) is { Length: > 0 } names && names.Length != (isSmf ? 4 : 1))
            yield return isSmf ? "--method takes the four names SERVICE METHOD REQUEST REPLY for smf" : "--method takes one name, the endpoint, for frame";
        if (plan.StreamBytes is not null && plan.UploadBytes is not null)
            yield return "--stream and --upload are two kinds of call";
        if ((plan.StreamBytes is not null || plan.UploadBytes is not null) && (line.GetValue(_octets) || line.GetValue(_size) is not null))
            yield return $"{(plan.StreamBytes is not null ? "--stream" : "--upload")} sends a request of its own, without --size and --octets";
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
