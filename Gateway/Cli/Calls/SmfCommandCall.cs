using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Smf.Compression;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>An smf request.</summary>
/// <param name="Id">The method.</param>
/// <param name="Payload">At least one byte.</param>
/// <param name="Compressor">Compresses the payload; null to send it as it is.</param>
internal sealed record SmfRequestPlan(RequestId Id, byte[] Payload, SmfCompressor? Compressor);

/// <summary>One call in the smf format: a payload of bytes each way.</summary>
internal sealed class SmfCommandCall(SmfRequestPlan plan, CallSettings settings, CallConsole console) : CommandCall(settings, console)
{
    private SmfWatch? _replies;

    protected override bool Streams => false;

    protected override WireFormat Format => WireFormat.Smf;

    protected override WireTap CreateTap(Trace? trace, Action onPassed)
    {
        _replies = new SmfWatch("←", status => $"status {status}", trace, header => Text.Line($"reply    {header}")) { OnPassed = onPassed };
        return new WireTap(new SmfWatch("→", id => $"id {new RequestId(id)}", trace, ShowRequest) { OnPassed = onPassed }, _replies, trace);
    }

    protected override async Task<CallResult> ExchangeAsync(IConnector connector, CallTimeLimit limit)
    {
        var options = new SmfClientOptions { Timeout = Timeout.InfiniteTimeSpan, ConnectTimeout = Timeout.InfiniteTimeSpan, Compressor = plan.Compressor };
        await using var client = new SmfClient(connector, options);
        try
        {
            using SmfReply reply = await client.CallAsync(plan.Id, plan.Payload, default, limit.Token).ConfigureAwait(false);
            EndReply();
            return await TakeAsync(reply, limit).ConfigureAwait(false);
        }
        catch (RpcException) when (!_replies!.Front.IsEmpty)
        {
            // The body of an error reply, or an invalid one, is worth printing too.
            Text.Dump(_replies.Front, _replies.Size);
            throw;
        }
    }

    private async ValueTask<CallResult> TakeAsync(SmfReply reply, CallTimeLimit limit)
    {
        if (Settings.Output is null)
        {
            Text.Dump(reply.Payload, reply.Payload.Length);
            return new CallResult { Status = reply.Status, Bytes = reply.Payload.ToArray() };
        }
        await using var sink = new OctetsSink(Console.Files.OpenToWrite(Settings.Output), Settings.Output, limit);
        await sink.WriteAsync(reply.Payload).ConfigureAwait(false);
        Text.Line($"         {sink.Bytes} bytes to {(Settings.Output == CallFiles.Standard ? "standard output" : Settings.Output)}");
        return new CallResult { Status = reply.Status };
    }

    private void ShowRequest(string header)
    {
        Text.Line($"request  {header}");
        Text.Dump(plan.Payload, plan.Payload.Length);
    }
}
