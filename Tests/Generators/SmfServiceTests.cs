using System.Security.Cryptography;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.Generators;

/// <summary>A generated client and a generated dispatcher of smf, over memory.</summary>
public sealed class SmfServiceTests : IAsyncDisposable
{
    /// <summary>A response that promises more than it holds.</summary>
    private static readonly ReadOnlyMemory<byte> Mistaken = new byte[] { 7, 1 };

    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly InProcessTransport _transport = new();
    private readonly Storage _service = new();
    private readonly SmfServer _server;
    private readonly SmfClient _client;
    private readonly StorageClient _storage;

    public SmfServiceTests()
    {
        _server = new SmfServer(_transport).MapStorage(_service);
        _server.Start();
        _client = new SmfClient(_transport);
        _storage = new StorageClient(_client);
    }

    [Test]
    public async Task Types_that_read_and_write_themselves_go_both_ways() =>
        await Assert.That(await _storage.GetAsync(new Request("x"), cancel: _cancel)).IsEqualTo(new Response("value of x"));

    [Test]
    public async Task Bytes_go_as_they_are()
    {
        byte[] blob = RandomNumberGenerator.GetBytes(100_000);
        await Assert.That((await _storage.WriteAsync(blob, _cancel)).ToArray()).IsSequence(blob);
        await Assert.That((await _storage.ReadAsync(new Request("555"), _cancel)).ToArray()).IsSequence([5, 5, 5]);
    }

    [Test]
    public async Task Calls_overtake_each_other_on_the_wire_and_keep_their_replies()
    {
        Task<Response>[] calls = [.. Enumerable.Range(0, 200).Select(number => _storage.GetAsync(new Request($"{number}"), cancel: _cancel))];
        Response[] replies = await Task.WhenAll(calls);
        await Assert.That(replies).IsSequence(Enumerable.Range(0, 200).Select(number => new Response($"value of {number}")));
    }

    [Test]
    public async Task A_reply_that_is_not_of_its_type_is_the_servers_fault()
    {
        await using var transport = new InProcessTransport();
        await using SmfServer server = new SmfServer(transport).Map(new RequestId(StorageIds.Get), (_, _) => ValueTask.FromResult(Mistaken));
        server.Start();
        await using var client = new SmfClient(transport);
        var e = (await Assert.ThrowsExactlyAsync<RpcProtocolException>(() => _ = new StorageClient(client).GetAsync(new Request("x"), cancel: _cancel)))!;
        await Assert.That((e.Blame, e.Message)).IsEqualTo((Blame.Server, "the reply is not a valid Response: 7 bytes were promised, and 1 came"));
    }

    [Test]
    public async Task A_request_that_is_not_of_its_type_is_the_callers_fault()
    {
        await using var transport = new InProcessTransport();
        await using SmfServer server = new SmfServer(transport).MapAnswers(new Answers());
        server.Start();
        await using var client = new SmfClient(transport);
        var e = (await Assert.ThrowsExactlyAsync<RpcReplyException>(async () => await client.CallAsync(new RequestId(AnswersIds.Take), Mistaken, cancel: _cancel)))!;
        await Assert.That((e.Status, e.Blame)).IsEqualTo((SmfStatus.BadRequest, Blame.Caller));
    }

    [Test]
    public async Task What_a_service_throws_reaches_its_caller_as_a_status()
    {
        var told = (await Assert.ThrowsExactlyAsync<RpcReplyException>(() => _storage.GetAsync(new Request("missing"), cancel: _cancel)))!;
        await Assert.That((told.Status, told.Blame)).IsEqualTo((SmfStatus.NotFound, Blame.Caller));

        var kept = (await Assert.ThrowsExactlyAsync<RpcReplyException>(() => _storage.GetAsync(new Request("secret"), cancel: _cancel)))!;
        await Assert.That((kept.Status, kept.Blame)).IsEqualTo((SmfStatus.ServerError, Blame.Server));
    }

    [Test]
    public async Task A_cancelled_call_ends_for_its_caller_and_the_next_one_works()
    {
        using var cancel = new CancellationTokenSource();
        Task call = _storage.GetAsync(new Request("wait"), cancel: cancel.Token);
        await _service.Waiting.Task.WaitAsync(_cancel);
        await cancel.CancelAsync();
        _ = await Assert.ThrowsAsync<OperationCanceledException>(() => call);
        await Assert.That(await _storage.GetAsync(new Request("x"), cancel: _cancel)).IsEqualTo(new Response("value of x"));
    }

    [Test]
    public async Task A_caller_that_goes_away_cuts_a_service_off_by_its_token()
    {
        Task call = _storage.GetAsync(new Request("wait"), cancel: _cancel);
        await _service.Waiting.Task.WaitAsync(_cancel);
        await _client.DisposeAsync();
        await _service.CutOff.Task.WaitAsync(_cancel);
        _ = await Assert.ThrowsAsync<Exception>(() => call);
    }

    [Test]
    public async Task The_client_obeys_the_options_of_a_call_and_the_service_gets_none()
    {
        _ = await _storage.GetAsync(new Request("x"), new CallOptions { WaitForReady = true }, _cancel);
        await Assert.That(_service.OptionsSeen).IsEqualTo(default);
        var brief = new CallOptions { Timeout = TimeSpan.FromMilliseconds(1) };
        _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => _storage.GetAsync(new Request("wait"), brief, _cancel));
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }
}
