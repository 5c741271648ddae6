using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Protocol.Smf;

namespace FrameRpc.Tests.Protocol.Client;

public sealed class SmfClientTests : ScriptedSmf
{
    [Test]
    public async Task A_call_sends_one_message_and_returns_the_reply_to_it()
    {
        Task<SmfReply> call = CallAsync(1, 2, 3);
        SmfPeer server = await ServerAsync();
        (SmfHeader header, byte[] payload) = await server.ReceiveAsync();
        await Assert.That(header).IsEqualTo(new SmfHeader(SmfCompression.None, 0, header.Session, 3, SmfChecksum.Of([1, 2, 3]), Id.Value));
        await Assert.That(payload).IsSequence([1, 2, 3]);
        await server.ReplyAsync(header, [4, 5]);
        using SmfReply reply = await call;
        await Assert.That(reply.Status).IsEqualTo(SmfStatus.Ok);
        await Assert.That(reply.Payload.ToArray()).IsSequence([4, 5]);
    }

    [Test]
    public async Task Many_calls_share_a_connection_and_their_replies_come_in_any_order()
    {
        Task<SmfReply>[] calls = [.. Enumerable.Range(0, 100).Select(number => CallAsync((byte)number))];
        SmfPeer server = await ServerAsync();
        var requests = new List<(SmfHeader Header, byte[] Payload)>();
        while (requests.Count < calls.Length)
            requests.Add(await server.ReceiveAsync());
        await Assert.That(requests.Select(request => request.Header.Session).Distinct().Count()).IsEqualTo(calls.Length);
        requests.Reverse();
        foreach ((SmfHeader header, byte[] payload) in requests)
            await server.ReplyAsync(header, [payload[0], 7]);
        for (int number = 0; number < calls.Length; number++)
            await Assert.That((await calls[number]).Payload.ToArray()).IsSequence([(byte)number, 7]);
        await Assert.That(Connector.Attempts).IsEqualTo(1);
    }

    [Test]
    public async Task An_empty_payload_is_sent_as_the_empty_table()
    {
        Task<SmfReply> call = CallAsync();
        SmfPeer server = await ServerAsync();
        (SmfHeader header, byte[] payload) = await server.ReceiveAsync();
        await Assert.That(payload).IsSequence(SmfEmptyReply.Payload.ToArray());
        await server.ReplyAsync(header, [1]);
        using SmfReply reply = await call;
    }

    [Test]
    [Arguments(16 << 10)]
    [Arguments(1 << 20)]
    [Arguments(5_000_000)]
    public async Task Large_payloads_go_both_ways(int bytes)
    {
        byte[] large = new byte[bytes];
        new Random(bytes).NextBytes(large);
        Task<SmfReply> call = CallAsync(large);
        SmfPeer server = await ServerAsync();
        (SmfHeader header, byte[] payload) = await server.ReceiveAsync();
        await Assert.That(payload).IsSequence(large);
        await server.ReplyAsync(header, large);
        await Assert.That((await call).Payload.ToArray()).IsSequence(large);
    }

    [Test]
    public async Task A_continuation_that_blocks_holds_up_no_other_reply()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> first, SmfHeader firstRequest) = await BeginAsync(server);
        (Task<SmfReply> second, SmfHeader secondRequest) = await BeginAsync(server);
        using var secondIsOver = new ManualResetEventSlim();
        Task blocked = first.ContinueWith(_ => secondIsOver.Wait(Cancel), Cancel, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await server.ReplyAsync(firstRequest, [1]);
        await server.ReplyAsync(secondRequest, [2]);
        _ = await second;
        secondIsOver.Set();
        await blocked;
    }

    [Test]
    public async Task A_lost_connection_fails_every_call_on_it_and_the_next_call_makes_another()
    {
        SmfPeer server = await ConnectAsync();
        Task<SmfReply>[] calls = [(await BeginAsync(server)).Call, (await BeginAsync(server)).Call];
        await server.Connection.DisposeAsync();
        foreach (Task<SmfReply> call in calls)
            await Assert.That((await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => call))!.MayHaveRun).IsTrue();
        _ = await ConnectAsync();
        await Assert.That(Connector.Attempts).IsEqualTo(2);
    }

    [Test]
    public async Task A_connection_that_the_idle_server_ends_hurts_no_call()
    {
        SmfPeer server = await ConnectAsync();
        await server.Connection.DisposeAsync();
        await Assert.That(await Client.WaitForStateChangeAsync(ConnectivityState.Ready, Cancel)).IsEqualTo(ConnectivityState.Idle);
        _ = await ConnectAsync();
    }

    [Test]
    public async Task Without_a_server_a_call_fails_at_once_and_has_not_run()
    {
        Connector.Refusal = new IOException("nobody there");
        RpcConnectionException failure = (await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => CallAsync(1)))!;
        await Assert.That(failure.MayHaveRun).IsFalse();
        await Assert.That(failure.Message).Contains("nobody there", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_call_that_asks_for_it_waits_until_there_is_a_server()
    {
        Connector.Refusal = new IOException("nobody there");
        Task<SmfReply> call = CallAsync(new CallOptions { WaitForReady = true, Timeout = Timeout.InfiniteTimeSpan }, [1]);
        while (Client.State is not ConnectivityState.TransientFailure)
            _ = await Client.WaitForStateChangeAsync(Client.State, Cancel);
        Connector.Refusal = null;
        Task<SmfPeer> connecting = ServerAsync();
        while (!connecting.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }
        SmfPeer server = await connecting;
        await server.ReplyAsync((await server.ReceiveAsync()).Header, [2]);
        using SmfReply reply = await call;
    }

    [Test]
    public async Task Disposing_fails_the_calls_in_flight_and_ends_the_connection()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, _) = await BeginAsync(server);
        await Client.DisposeAsync();
        _ = await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => call);
        _ = await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => CallAsync(1));
        await Assert.That(Client.State).IsEqualTo(ConnectivityState.Shutdown);
        _ = await Assert.ThrowsExactlyAsync<IOException>(server.IsAtEndAsync);
    }

    [Test]
    public async Task Disposing_an_idle_client_ends_the_connection_in_order()
    {
        SmfPeer server = await ConnectAsync();
        await Client.DisposeAsync();
        await Assert.That(await server.IsAtEndAsync()).IsTrue();
    }

    [Test]
    public async Task Disposing_fails_a_call_that_still_waits_for_a_server()
    {
        Connector.Refusal = new IOException("nobody there");
        Task<SmfReply> call = CallAsync(new CallOptions { WaitForReady = true }, [1]);
        await Clock.WaitForTimersAsync(2, Cancel);
        await Client.DisposeAsync();
        _ = await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => call);
    }

    [Test]
    public async Task A_reply_may_be_disposed_twice_and_is_not_to_be_read_afterwards()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server);
        await server.ReplyAsync(request, [1]);
        SmfReply reply = await call;
        reply.Dispose();
        reply.Dispose();
        _ = Assert.ThrowsExactly<ObjectDisposedException>(() => _ = reply.Payload);
    }

    [Test]
    public async Task The_request_id_0_is_refused() =>
        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(async () => await Client.CallAsync(new RequestId(0), new byte[1], default, Cancel));
}
