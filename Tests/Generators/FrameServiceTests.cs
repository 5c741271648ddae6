using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;
using Xunit;

namespace FrameRpc.Tests.Generators;

/// <summary>A generated client and a generated dispatcher, over memory and one connection: what a call leaves behind shows in the next one.</summary>
public sealed class FrameServiceTests : IAsyncDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;
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

    [Fact]
    public async Task Json_goes_both_ways()
    {
        Assert.Equal(new FileInfo("abc", 3), await _files.DescribeAsync(new FileName("abc"), cancel: _cancel));
        Assert.Equal(["2", null], await _files.RenameAsync(new() { ["a"] = "2", ["b"] = null }, _cancel));
    }

    [Fact]
    public async Task A_method_with_a_body_in_the_interface_runs_on_the_callers_side() =>
        Assert.Equal(new FileInfo("abc", 3), await ((IFiles)_files).DescribeAsync("abc"));

    [Fact]
    public async Task A_call_may_have_no_parameters_and_a_value_as_its_reply() => Assert.Equal(42, await _files.CountAsync());

    [Fact]
    public async Task A_call_may_have_no_reply()
    {
        await _files.TouchAsync(new FileName("a"), _cancel);
        await _files.TouchAsync(new FileName("b"), _cancel);
        Assert.Equal(2, _service.Touched);
    }

    [Fact]
    public async Task Null_passes_where_the_types_allow_it()
    {
        Assert.Null(await _files.FindAsync(null, _cancel));
        Assert.Equal(new FileInfo("a", 1), await _files.FindAsync(new FileName("a"), _cancel));
    }

    [Fact]
    public async Task Null_is_refused_where_the_types_have_none()
    {
        var request = await Assert.ThrowsAsync<RpcReplyException>(() => _files.TouchAsync(null!, _cancel));
        Assert.Equal((Blame.Caller, "Touch: the body is null"), (request.Blame, request.Message));

        var reply = await Assert.ThrowsAsync<RpcProtocolException>(() => _files.DescribeAsync(new FileName("null"), cancel: _cancel));
        Assert.Equal((Blame.Server, "Describe: the reply is null"), (reply.Blame, reply.Message));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(FrameHeader.PayloadBytesMax + 1)]
    public async Task Octets_are_streamed_up_and_down(int length)
    {
        byte[] sent = RandomNumberGenerator.GetBytes(length);
        Assert.Equal(new FileInfo("stream", length), await _files.UploadAsync(new MemoryStream(sent), _cancel));
        Assert.Equal(new FileInfo("pipe", length), await _files.UploadPipeAsync(PipeReader.Create(new MemoryStream(sent)), _cancel));
        await using (Stream reply = await _files.OpenAsync(new FileName($"{length}"), _cancel))
            Assert.Equal(new byte[length], await ReadAllAsync(reply));
        PipeReader pipe = await _files.OpenPipeAsync(new FileName($"{length}"), _cancel);
        Assert.Equal(new byte[length], await ReadAllAsync(pipe.AsStream()));
    }

    [Fact]
    public async Task A_reply_is_streamed_while_its_request_still_is()
    {
        var up = new Pipe();
        await using Stream down = await _files.MirrorAsync(up.Reader.AsStream(), _cancel);
        byte[] got = new byte[4];
        for (byte turn = 0; turn < 3; turn++)
        {
            _ = await up.Writer.WriteAsync(new byte[] { turn, 1, 2, 3 }, _cancel);
            await down.ReadExactlyAsync(got, _cancel);
            Assert.Equal([turn, 1, 2, 3], got);
        }
        await up.Writer.CompleteAsync();
        Assert.Equal(0, await down.ReadAsync(got, _cancel));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    [InlineData(FrameHeader.PayloadBytesMax)]
    public async Task Octets_come_whole_as_memory_sequence_or_array(int length)
    {
        byte[] sent = RandomNumberGenerator.GetBytes(length);
        byte[] reversed = [.. sent.Reverse()];
        Assert.True((await _files.ReverseMemoryAsync(sent, _cancel)).Span.SequenceEqual(reversed));
        Assert.True((await _files.ReverseSequenceAsync(new ReadOnlySequence<byte>(sent), _cancel)).FirstSpan.SequenceEqual(reversed));
        Assert.True((await _files.ReverseArrayAsync(sent, _cancel)).AsSpan().SequenceEqual(reversed));
        await _files.StoreAsync(sent, _cancel);
        Assert.True(_service.Stored.AsSpan().SequenceEqual(sent));
    }

    [Fact]
    public async Task Octets_that_come_whole_are_bounded_both_ways()
    {
        var request = await Assert.ThrowsAsync<RpcReplyException>(() => _files.StoreAsync(new byte[FrameHeader.PayloadBytesMax + 1], _cancel));
        Assert.Equal((Blame.Caller, "Store: Store takes at most 4194304 octets"), (request.Blame, request.Message));

        await using var transport = new InProcessTransport();
        await using FrameServer generous = new FrameServer(transport).Map(FilesIds.ReverseMemoryEndpoint, (_, _) =>
            ValueTask.FromResult(FrameBody.Octets(new byte[FrameHeader.PayloadBytesMax + 1])));
        generous.Start();
        await using var client = new FrameClient(transport);
        var reply = await Assert.ThrowsAsync<RpcProtocolException>(async () => await new FilesClient(client).ReverseMemoryAsync(default, _cancel));
        Assert.Equal("ReverseMemory: the reply holds more than 4194304 octets; let the method return a Stream", reply.Message);
    }

    [Fact]
    public async Task What_a_service_throws_reaches_its_caller_as_far_as_it_is_meant_to()
    {
        var told = await Assert.ThrowsAsync<RpcReplyException>(() => _files.DescribeAsync(new FileName("missing"), cancel: _cancel));
        Assert.Equal((Blame.Caller, "Describe: no such file"), (told.Blame, told.Message));

        var kept = await Assert.ThrowsAsync<RpcReplyException>(() => _files.DescribeAsync(new FileName("secret"), cancel: _cancel));
        Assert.Equal((Blame.Undecided, "Describe: the handler failed"), (kept.Blame, kept.Message));

        Assert.Equal(42, await _files.CountAsync());
    }

    [Fact]
    public async Task A_reply_whose_source_fails_is_visibly_broken() => _ = await Assert.ThrowsAsync<RpcConnectionException>(async () =>
    {
        await using Stream reply = await _files.OpenAsync(new FileName("broken"), _cancel);
        await reply.CopyToAsync(new MemoryStream(), _cancel);
    });

    [Fact]
    public async Task A_cancelled_call_ends_for_its_caller_and_the_next_one_works()
    {
        using var cancel = new CancellationTokenSource();
        Task call = _files.SyncAsync(cancel.Token).AsTask();
        await _service.SyncBegun.Task.WaitAsync(_cancel);
        await cancel.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(42, await _files.CountAsync());
    }

    [Fact]
    public async Task A_server_that_stops_cuts_a_service_off_by_its_token()
    {
        Task call = _files.SyncAsync(_cancel).AsTask();
        await _service.SyncBegun.Task.WaitAsync(_cancel);
        await _server.StopAsync(TimeSpan.Zero, _cancel);
        await _service.CutOff.Task.WaitAsync(_cancel);
        _ = await Assert.ThrowsAnyAsync<RpcException>(() => call);
    }

    [Fact]
    public async Task The_client_obeys_the_options_of_a_call_and_the_service_gets_none()
    {
        _ = await _files.DescribeAsync(new FileName("a"), new CallOptions { WaitForReady = true, Timeout = TimeSpan.FromMinutes(1) }, _cancel);
        Assert.Equal(default, _service.OptionsSeen);
        _ = await Assert.ThrowsAsync<RpcTimeoutException>(() => _files.DescribeAsync(new FileName("a"), new CallOptions { Timeout = TimeSpan.Zero }, _cancel));
    }

    [Fact]
    public async Task A_call_of_the_wrong_kind_is_refused_before_the_service_runs()
    {
        var body = await Assert.ThrowsAsync<RpcReplyException>(() => _client.SendAsync("Touch", FrameBody.Octets(new byte[1]), DataType.None, cancel: _cancel));
        Assert.Equal((Blame.Caller, "Touch: Touch takes data of type 2, and the request holds 3"), (body.Blame, body.Message));

        FrameBody json = FrameBody.Json(new FileName("a"), FilesJson.Default.FileName);
        var accept = await Assert.ThrowsAsync<RpcReplyException>(() => _client.SendAsync("Touch", json, DataType.Json, cancel: _cancel));
        Assert.Equal((Blame.Caller, "Touch: Touch replies with data of type 1, and 2 was accepted"), (accept.Blame, accept.Message));
        Assert.Equal(0, _service.Touched);
    }

    [Fact]
    public async Task A_service_is_mapped_once()
    {
        await using FrameServer server = new FrameServer(new InProcessTransport()).MapFiles(_service);
        var e = Assert.Throws<InvalidOperationException>(() => server.MapFiles(_service));
        Assert.Equal("endpoint \"Describe\" is served already", e.Message);
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
