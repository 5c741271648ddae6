using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.Protocol.Client;

/// <summary>A client and a server of this library, over memory.</summary>
public sealed partial class FrameCallTests : IAsyncDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly InProcessTransport _transport = new();
    private readonly FrameServer _server;
    private readonly FrameClient _client;

    public FrameCallTests()
    {
        _server = new FrameServer(_transport)
            .Map("Echo", Json.Default.Text, Json.Default.Text, (text, _) => ValueTask.FromResult(text))
            .Map("Upload", UploadAsync)
            .Map("Mirror", (request, _) => ValueTask.FromResult(FrameBody.Octets(request.Octets)))
            .Map("Nothing", (_, _) => ValueTask.FromResult(FrameBody.None))
            .Map("Fail", (_, _) => throw new InvalidOperationException("secret"));
        _server.Start();
        _client = new FrameClient(_transport, new FrameClientOptions { ConnectionsMax = 1 });
    }

    [Test]
    public async Task A_json_call_returns_what_the_handler_replied()
    {
        Text? reply = await _client.CallAsync("Echo", new Text("hi"), Json.Default.Text, Json.Default.Text, cancel: _cancel);
        await Assert.That(reply!.Msg).IsEqualTo("hi");
    }

    [Test]
    [Arguments(0)]
    [Arguments(1)]
    [Arguments(FrameHeader.PayloadBytesMax)]
    [Arguments(2 * FrameHeader.PayloadBytesMax + 7)]
    public async Task Octets_are_streamed_both_ways_at_once(int length)
    {
        byte[] sent = RandomNumberGenerator.GetBytes(length);
        await using FrameReply reply = await _client.SendAsync("Mirror", FrameBody.Octets(new MemoryStream(sent)), DataType.Octets, cancel: _cancel);
        await Assert.That(await ReadAllAsync(reply)).IsSequence(sent);
        await using FrameReply next = await _client.SendAsync("Mirror", FrameBody.Octets(sent), DataType.Octets, cancel: _cancel);
        await Assert.That(await ReadAllAsync(next)).IsSequence(sent);
        await using FrameReply third = await _client.SendAsync("Mirror", FrameBody.Octets(PipeReader.Create(new MemoryStream(sent))), DataType.Octets, cancel: _cancel);
        await Assert.That(await ReadAllAsync(third)).IsSequence(sent);
    }

    [Test]
    public async Task An_octets_request_gets_a_json_reply()
    {
        byte[] sent = RandomNumberGenerator.GetBytes(300_000);
        await using FrameReply reply = await _client.SendAsync("Upload", FrameBody.Octets(new MemoryStream(sent)), DataType.Json, cancel: _cancel);
        await Assert.That((await reply.ReadJsonAsync(Json.Default.Text, _cancel))!.Msg).IsEqualTo(Convert.ToHexString(SHA256.HashData(sent)));
    }

    [Test]
    public async Task A_call_without_a_reply_body_leaves_the_connection_for_the_next()
    {
        for (int call = 0; call < 3; call++)
            await Assert.That((await _client.SendAsync("Nothing", FrameBody.None, DataType.None, cancel: _cancel)).DataType).IsEqualTo(DataType.None);
    }

    [Test]
    public async Task What_a_handler_throws_stays_on_the_server()
    {
        var e = (await Assert.ThrowsExactlyAsync<RpcReplyException>(() => _client.CallAsync("Fail", new Text(""), Json.Default.Text, Json.Default.Text, cancel: _cancel)))!;
        await Assert.That(e.Message).IsEqualTo("Fail: the handler failed");
        await Assert.That(e.Blame).IsEqualTo(Blame.Undecided);
    }

    [Test]
    public async Task An_unknown_endpoint_is_the_callers_fault_and_the_next_call_works()
    {
        var e = (await Assert.ThrowsExactlyAsync<RpcReplyException>(() => _client.CallAsync("Ecco", new Text(""), Json.Default.Text, Json.Default.Text, cancel: _cancel)))!;
        await Assert.That((e.Status, e.Blame)).IsEqualTo((400u, Blame.Caller));
        await Assert.That((await _client.CallAsync("Echo", new Text("x"), Json.Default.Text, Json.Default.Text, cancel: _cancel))!.Msg).IsEqualTo("x");
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static async ValueTask<FrameBody> UploadAsync(FrameRequest request, CancellationToken cancel)
    {
        await using Stream body = request.OpenOctets();
        byte[] hash = await SHA256.HashDataAsync(body, cancel);
        return FrameBody.Json(new Text(Convert.ToHexString(hash)), Json.Default.Text);
    }

    private async Task<byte[]> ReadAllAsync(FrameReply reply)
    {
        var all = new MemoryStream();
        await using Stream octets = reply.OpenOctets();
        await octets.CopyToAsync(all, _cancel);
        return all.ToArray();
    }

    internal sealed record Text(string Msg);

    [JsonSerializable(typeof(Text))]
    internal sealed partial class Json : JsonSerializerContext;
}
