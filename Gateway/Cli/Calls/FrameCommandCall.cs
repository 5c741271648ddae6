using System.IO.Pipelines;
using System.Text;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>A frame request.</summary>
/// <param name="Endpoint">The method.</param>
/// <param name="Json">The body, if it is JSON; already validated.</param>
/// <param name="Octets">The file with the body, if it is octets.</param>
/// <param name="Accept">The requested type of the reply.</param>
internal sealed record FrameRequestPlan(string Endpoint, byte[]? Json, string? Octets, DataType Accept);

/// <summary>One call in the frame format: JSON, octets or nothing each way.</summary>
internal sealed class FrameCommandCall(FrameRequestPlan plan, Stream? octets, CallSettings settings, CallConsole console) : CommandCall(settings, console)
{
    /// <summary>Longer JSON bodies are truncated when printed; <c>--output</c> and <c>--json</c> give the whole reply.</summary>
    private const int ShownBytesMax = 1 << 20;

    private OctetsSource? _source;
    private long _written;

    protected override long? BytesToSend => _source?.Bytes;

    protected override bool Streams => octets is not null || plan.Accept is DataType.Octets;

    protected override WireFormat Format => WireFormat.Frame;

    protected override WireTap CreateTap(Trace? trace, Action onPassed) => new(
        new FrameWatch("→", trace, ShowRequest) { OnPassed = onPassed },
        new FrameWatch("←", trace, header => Text.Line($"reply    {header}")) { OnPassed = onPassed },
        trace);

    protected override async Task<CallResult> ExchangeAsync(IConnector connector, CallTimeLimit limit)
    {
        var options = new FrameClientOptions { Timeout = Timeout.InfiniteTimeSpan, ConnectTimeout = Timeout.InfiniteTimeSpan };
        await using var client = new FrameClient(connector, options);
        _source = octets is null ? null : new OctetsSource(octets, CallFiles.Show(plan.Octets!), limit);
        FrameBody body = _source is not null ? FrameBody.Octets(_source) : plan.Json is not null ? FrameBody.RawJson(plan.Json) : FrameBody.None;
        await using FrameReply reply = await client.SendAsync(plan.Endpoint, body, plan.Accept, default, limit.Token).ConfigureAwait(false);
        CallResult result = plan.Accept switch
        {
            DataType.Json => await TakeJsonAsync(reply, limit).ConfigureAwait(false),
            DataType.Octets => await TakeOctetsAsync(reply.Octets, limit).ConfigureAwait(false),
            _ => new CallResult(),
        };
        // A reply may end before its request; leaving now would cut the request off.
        if (_source is not null && !await _source.Released.WaitAsync(limit.Token).ConfigureAwait(false))
            throw new RpcException(SmfStatus.BadGateway, Blame.Server, "the reply arrived, but the server did not read the whole request");
        EndReply();
        return result with { Status = SmfStatus.Ok };
    }

    protected override IEnumerable<string> Notes(Exception failure) =>
        _written > 0 && Settings.Output is not (null or CallFiles.Standard)
            ? [$"{Settings.Output} contains the {_written} bytes that arrived, not the whole reply."]
            : [];

    private void ShowRequest(string header)
    {
        Text.Line($"request  {header}");
        if (plan.Json is not null)
            ShowJson(plan.Json);
        else if (_source is not null)
            Text.Line($"         {(_source.Bytes is { } bytes ? $"{bytes} bytes" : "octets")} from {CallFiles.Show(plan.Octets!)}");
    }

    private async Task<CallResult> TakeJsonAsync(FrameReply reply, CallTimeLimit limit)
    {
        ReadOnlyMemory<byte> json = await reply.ReadRawJsonAsync(limit.Token).ConfigureAwait(false);
        if (Settings.Output is not null)
        {
            await using OctetsSink sink = OpenSink(limit);
            await sink.WriteAsync(json).ConfigureAwait(false);
            Text.Line($"         {json.Length} bytes to {ShowOutput()}");
        }
        else
        {
            ShowJson(json);
        }
        if (JsonText.FindProblem(json.Span) is { } problem)
            throw new RpcProtocolException($"the reply's body is not JSON: {problem}");
        return new CallResult { Json = Settings.Output is null ? json : null };
    }

    private async Task<CallResult> TakeOctetsAsync(PipeReader body, CallTimeLimit limit)
    {
        await using OctetsSink sink = OpenSink(limit);
        ReadResult read;
        do
        {
            read = await body.ReadAsync(limit.Token).ConfigureAwait(false);
            foreach (ReadOnlyMemory<byte> piece in read.Buffer)
            {
                await sink.WriteAsync(piece).ConfigureAwait(false);
                _written = sink.Bytes;
            }
            body.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
        if (Settings.Output is null)
            Text.Dump(sink.Front, sink.Bytes);
        Text.Line($"         {sink.Bytes} bytes{(Settings.Output is null ? "" : $" to {ShowOutput()}")}");
        return new CallResult();
    }

    private void ShowJson(ReadOnlyMemory<byte> json)
    {
        bool all = json.Length <= ShownBytesMax;
        Text.Line($"         {Excerpt.Printable(Encoding.UTF8.GetString(all ? json.Span : json.Span[..ShownBytesMax]))}{(all ? "" : " …")}");
        if (!all)
            Text.Line($"         {json.Length} bytes");
    }

    private OctetsSink OpenSink(CallTimeLimit limit) =>
        new(Settings.Output is null ? null : Console.Files.OpenToWrite(Settings.Output), ShowOutput(), limit);

    private string ShowOutput() => Settings.Output is null or CallFiles.Standard ? "standard output" : Settings.Output;
}
