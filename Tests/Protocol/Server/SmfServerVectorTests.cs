using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Protocol.Smf;
using Xunit;

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

    [Theory]
    [InlineData("smf-get60", false)]
    [InlineData("smf-get60", true)]
    [InlineData("smf-get3", false)]
    [InlineData("smf-get3", true)]
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
        Assert.True(await caller.IsAtEndAsync());
        // The captured client sent one call after the other; here they are sent at once, and may be answered in any order.
        Assert.Equal(captured, replies.OrderBy(reply => SmfHeader.Read(reply).Session).SelectMany(reply => reply));
    }

    [Fact]
    public async Task Where_the_first_implementation_closed_on_an_unknown_id_the_answer_is_404()
    {
        SmfPeer caller = await CallerAsync();
        await caller.SendAsync(Vectors.Bytes("smf-unknown.c2s"));
        byte[] expected = new byte[SmfEmptyReply.Bytes];
        SmfEmptyReply.Write(expected, 1, SmfStatus.NotFound);
        (SmfHeader header, byte[] payload) = await caller.ReceiveAsync();
        Assert.Equal(SmfHeader.Read(expected), header);
        Assert.Equal(expected[SmfHeader.Bytes..], payload);
    }

    private async Task<SmfPeer> CallerAsync() => new(await _transport.ConnectAsync(TestContext.Current.CancellationToken));
}
