using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.Generators;

/// <summary>A generated client and a generated dispatcher, over memory and one connection: what a call leaves behind shows in the next one.</summary>
public sealed class FrameServiceTests : IAsyncDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly InProcessTransport _transport = new();
    private readonly Files _service = new();
    private readonly FrameServer _server;
    private readonly FrameClient _client;
    private readonly FilesClient _files;

    public FrameServiceTests()
    {
        _server = new FrameServer(_transport).MapFiles(_service);
        _server.Start();
        _client = new FrameClient(_transport, new FrameClientOptions { ConnectionsMax = 1 });
        _files = new FilesClient(_client);
    }

    [Test]
    public async Task Json_goes_both_ways()
    {
        await Assert.That(await _files.DescribeAsync(new FileName("abc"), cancel: _cancel)).IsEqualTo(new FileInfo("abc", 3));
        await Assert.That(await _files.RenameAsync(new() { ["a"] = "2", ["b"] = null }, _cancel)).IsSequence(["2", null]);
    }

    [Test]
    public async Task A_method_with_a_body_in_the_interface_runs_on_the_callers_side() =>
        await Assert.That(await ((IFiles)_files).DescribeAsync("abc")).IsEqualTo(new FileInfo("abc", 3));

    [Test]
    public async Task A_call_may_have_no_parameters_and_a_value_as_its_reply() => await Assert.That(await _files.CountAsync()).IsEqualTo(42);

    [Test]
    public async Task A_call_may_have_no_reply()
    {
        await _files.TouchAsync(new FileName("a"), _cancel);
        await _files.TouchAsync(new FileName("b"), _cancel);
        await Assert.That(_service.Touched).IsEqualTo(2);
    }

    [Test]
    public async Task Null_passes_where_the_types_allow_it()
    {
        await Assert.That(await _files.FindAsync(null, _cancel)).IsNull();
        await Assert.That(await _files.FindAsync(new FileName("a"), _cancel)).IsEqualTo(new FileInfo("a", 1));
    }

    [Test]
    public async Task Null_is_refused_where_the_types_have_none()
    {
        var request = (await Assert.ThrowsExactlyAsync<RpcReplyException>(() => _files.TouchAsync(null!, _cancel)))!;
        await Assert.That((request.Blame, request.Message)).IsEqualTo((Blame.Caller, "Touch: the body is null"));

        var reply = (await Assert.ThrowsExactlyAsync<RpcProtocolException>(() => _files.DescribeAsync(new FileName("null"), cancel: _cancel)))!;
        await Assert.That((reply.Blame, reply.Message)).IsEqualTo((Blame.Server, "Describe: the reply is null"));
    }

    [Test]
    [Arguments(0)]
    [Arguments(FrameHeader.PayloadBytesMax + 1)]
    public async Task Octets_are_streamed_up_and_down(int length)
    {
        byte[] sent = RandomNumberGenerator.GetBytes(length);
        await Assert.That(await _files.UploadAsync(new MemoryStream(sent), _cancel)).IsEqualTo(new FileInfo("stream", length));
        await Assert.That(await _files.UploadPipeAsync(PipeReader.Create(new MemoryStream(sent)), _cancel)).IsEqualTo(new FileInfo("pipe", length));
        await using (Stream reply = await _files.OpenAsync(new FileName($"{length}"), _cancel))
            await Assert.That(await ReadAllAsync(reply)).IsSequence(new byte[length]);
        PipeReader pipe = await _files.OpenPipeAsync(new FileName($"{length}"), _cancel);
        await Assert.That(await ReadAllAsync(pipe.AsStream())).IsSequence(new byte[length]);
    }

    [Test]
    public async Task A_reply_is_streamed_while_its_request_still_is()
    {
        var up = new Pipe();
        await using Stream down = await _files.MirrorAsync(up.Reader.AsStream(), _cancel);
        byte[] got = new byte[4];
        for (byte turn = 0; turn < 3; turn++)
        {
            _ = await up.Writer.WriteAsync(new byte[] { turn, 1, 2, 3 }, _cancel);
            await down.ReadExactlyAsync(got, _cancel);
            await Assert.That(got).IsSequence([turn, 1, 2, 3]);
        }
        await up.Writer.CompleteAsync();
        await Assert.That(await down.ReadAsync(got, _cancel)).IsEqualTo(0);
    }

    [Test]
    [Arguments(0)]
    [Arguments(100_000)]
    [Arguments(FrameHeader.PayloadBytesMax)]
    public async Task Octets_come_whole_as_memory_sequence_or_array(int length)
    {
        byte[] sent = RandomNumberGenerator.GetBytes(length);
        byte[] reversed = [.. sent.Reverse()];
        await Assert.That((await _files.ReverseMemoryAsync(sent, _cancel)).Span.SequenceEqual(reversed)).IsTrue();
        await Assert.That((await _files.ReverseSequenceAsync(new ReadOnlySequence<byte>(sent), _cancel)).FirstSpan.SequenceEqual(reversed)).IsTrue();
        await Assert.That((await _files.ReverseArrayAsync(sent, _cancel)).AsSpan().SequenceEqual(reversed)).IsTrue();
        await _files.StoreAsync(sent, _cancel);
        await Assert.That(_service.Stored.AsSpan().SequenceEqual(sent)).IsTrue();
    }

    [Test]
    public async Task Octets_that_come_whole_are_bounded_both_ways()
    {
        var request = (await Assert.ThrowsExactlyAsync<RpcReplyException>(() => _files.StoreAsync(new byte[FrameHeader.PayloadBytesMax + 1], _cancel)))!;
        await Assert.That((request.Blame, request.Message)).IsEqualTo((Blame.Caller, "Store: Store takes at most 4194304 octets"));

        await using var transport = new InProcessTransport();
        await using FrameServer generous = new FrameServer(transport).Map(FilesIds.ReverseMemoryEndpoint, (_, _) =>
            ValueTask.FromResult(FrameBody.Octets(new byte[FrameHeader.PayloadBytesMax + 1])));
        generous.Start();
        await using var client = new FrameClient(transport);
        var reply = (await Assert.ThrowsExactlyAsync<RpcProtocolException>(async () => await new FilesClient(client).ReverseMemoryAsync(default, _cancel)))!;
        await Assert.That(reply.Message).IsEqualTo("ReverseMemory: the reply has more than 4194304 octets; return a Stream from the method");
    }

    [Test]
    public async Task What_a_service_throws_reaches_its_caller_as_far_as_it_is_meant_to()
    {
        var told = (await Assert.ThrowsExactlyAsync<RpcReplyException>(() => _files.DescribeAsync(new FileName("missing"), cancel: _cancel)))!;
        await Assert.That((told.Blame, told.Message)).IsEqualTo((Blame.Caller, "Describe: no such file"));

        var kept = (await Assert.ThrowsExactlyAsync<RpcReplyException>(() => _files.DescribeAsync(new FileName("secret"), cancel: _cancel)))!;
        await Assert.That((kept.Blame, kept.Message)).IsEqualTo((Blame.Undecided, "Describe: the handler failed"));

        await Assert.That(await _files.CountAsync()).IsEqualTo(42);
    }

    [Test]
    public async Task A_reply_whose_source_fails_is_visibly_broken() => _ = (await Assert.ThrowsExactlyAsync<RpcConnectionException>(async () =>
    {
        await using Stream reply = await _files.OpenAsync(new FileName("broken"), _cancel);
        await reply.CopyToAsync(new MemoryStream(), _cancel);
    }))!;

    [Test]
    public async Task A_cancelled_call_ends_for_its_caller_and_the_next_one_works()
    {
        using var cancel = new CancellationTokenSource();
        Task call = _files.SyncAsync(cancel.Token).AsTask();
        await _service.SyncBegun.Task.WaitAsync(_cancel);
        await cancel.CancelAsync();
        _ = await Assert.ThrowsAsync<OperationCanceledException>(() => call);
        await Assert.That(await _files.CountAsync()).IsEqualTo(42);
    }

    [Test]
    public async Task A_server_that_stops_cuts_a_service_off_by_its_token()
    {
        Task call = _files.SyncAsync(_cancel).AsTask();
        await _service.SyncBegun.Task.WaitAsync(_cancel);
        await _server.StopAsync(TimeSpan.Zero, _cancel);
        await _service.CutOff.Task.WaitAsync(_cancel);
        _ = await Assert.ThrowsAsync<RpcException>(() => call);
    }

    [Test]
    public async Task The_client_obeys_the_options_of_a_call_and_the_service_gets_none()
    {
        _ = await _files.DescribeAsync(new FileName("a"), new CallOptions { WaitForReady = true, Timeout = TimeSpan.FromMinutes(1) }, _cancel);
        await Assert.That(_service.OptionsSeen).IsEqualTo(default);
        _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => _files.DescribeAsync(new FileName("a"), new CallOptions { Timeout = TimeSpan.Zero }, _cancel));
    }

    [Test]
    public async Task A_call_of_the_wrong_kind_is_refused_before_the_service_runs()
    {
        var body = (await Assert.ThrowsExactlyAsync<RpcReplyException>(() => _client.SendAsync("Touch", FrameBody.Octets(new byte[1]), DataType.None, cancel: _cancel)))!;
        await Assert.That((body.Blame, body.Message)).IsEqualTo((Blame.Caller, "Touch: Touch takes data of type 2, but the request has 3"));

        FrameBody json = FrameBody.Json(new FileName("a"), FilesJson.Default.FileName);
        var accept = (await Assert.ThrowsExactlyAsync<RpcReplyException>(() => _client.SendAsync("Touch", json, DataType.Json, cancel: _cancel)))!;
        await Assert.That((accept.Blame, accept.Message)).IsEqualTo((Blame.Caller, "Touch: Touch replies with data of type 1, but the request accepts 2"));
        await Assert.That(_service.Touched).IsEqualTo(0);
    }

    [Test]
    public async Task A_service_is_mapped_once()
    {
        await using FrameServer server = new FrameServer(new InProcessTransport()).MapFiles(_service);
        var e = Assert.ThrowsExactly<InvalidOperationException>(() => server.MapFiles(_service));
        await Assert.That(e.Message).IsEqualTo("endpoint \"Describe\" is already served");
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task<byte[]> ReadAllAsync(Stream octets)
    {
        var all = new MemoryStream();
        await octets.CopyToAsync(all, _cancel);
        return all.ToArray();
    }
}
