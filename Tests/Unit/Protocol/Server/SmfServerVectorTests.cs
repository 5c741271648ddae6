using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Protocol.Smf;

namespace FrameRpc.Tests.Protocol.Server;

/// <summary>What the first implementation's client sent is answered as its server answered it, byte for byte.</summary>
public sealed class SmfServerVectorTests : IAsyncDisposable
{
    private readonly InProcessTransport _transport = new();
    private readonly SmfServer _server;

    public SmfServerVectorTests()
    {
        var get = RequestId.ForMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response");
        _server = new SmfServer(_transport).Map(get, (request, _) => new(request.Payload));
        _server.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _transport.DisposeAsync();
    }

    [Test]
    [Arguments("smf-get60", false)]
    [Arguments("smf-get60", true)]
    [Arguments("smf-get3", false)]
    [Arguments("smf-get3", true)]
    public async Task Served_as_captured(string name, bool byteByByte)
    {
        byte[] requests = Vectors.Bytes(name + ".c2s");
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(byteByByte ? [.. requests.Select(one => new[] { one })] : [requests]);
        await caller.Connection.Output.CompleteAsync();
        var replies = new List<byte[]>();
        byte[] captured = Vectors.Bytes(name + ".s2c");
        for (int got = 0; got < captured.Length; got += replies[^1].Length)
        {
            (SmfHeader header, byte[] payload) = await caller.ReceiveAsync();
            byte[] reply = new byte[SmfHeader.Bytes + payload.Length];
            header.Write(reply);
            payload.CopyTo(reply, SmfHeader.Bytes);
            replies.Add(reply);
        }
        await Assert.That(await caller.IsAtEndAsync()).IsTrue();
        // The captured client sent one call after the other; here they are sent at once, and may be answered in any order.
        await Assert.That(replies.OrderBy(reply => SmfHeader.Read(reply).Session).SelectMany(reply => reply)).IsSequence(captured);
    }

    [Test]
    public async Task Where_the_first_implementation_closed_on_an_unknown_id_the_answer_is_404()
    {
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(Vectors.Bytes("smf-unknown.c2s"));
        byte[] expected = new byte[SmfEmptyReply.Bytes];
        SmfEmptyReply.Write(expected, 1, SmfStatus.NotFound);
        (SmfHeader header, byte[] payload) = await caller.ReceiveAsync();
        await Assert.That(header).IsEqualTo(SmfHeader.Read(expected));
        await Assert.That(payload).IsSequence(expected[SmfHeader.Bytes..]);
    }

    private async Task<SmfPeer> CallerAsync() => new(await _transport.ConnectAsync(TestContext.Current!.Execution.CancellationToken));
}
