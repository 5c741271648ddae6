using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Protocol.Smf;

namespace FrameRpc.Tests.Protocol.Client;

public sealed class SmfDeadlineTests : ScriptedSmf
{
    private static readonly CallOptions Short = new() { Timeout = TimeSpan.FromMilliseconds(100) };

    [Test]
    public async Task A_call_that_is_not_answered_in_time_fails_and_the_others_go_on()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> patient, SmfHeader request) = await BeginAsync(server);
        (Task<SmfReply> call, _) = await BeginAsync(server, Short);
        Clock.Advance(TimeSpan.FromMilliseconds(99));
        await Assert.That(call.IsCompleted).IsFalse();
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => call);
        await server.ReplyAsync(request, [1]);
        _ = await patient;
    }

    [Test]
    public async Task The_clients_timeout_holds_where_a_call_has_none()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, _) = await BeginAsync(server);
        Clock.Advance(TimeSpan.FromSeconds(30));
        _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => call);
    }

    [Test]
    public async Task A_call_may_take_as_long_as_it_likes()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server, new CallOptions { Timeout = Timeout.InfiniteTimeSpan });
        Clock.Advance(TimeSpan.FromDays(400));
        await server.ReplyAsync(request, [1]);
        _ = await call;
    }

    [Test]
    public async Task All_calls_of_a_connection_share_one_timer_which_is_set_once_for_many()
    {
        SmfPeer server = await ConnectAsync();
        int armed = Clock.TimesArmed;
        for (int call = 0; call < 100; call++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(1));
            await RoundTripAsync(server);
        }
        await Assert.That(Clock.TimersArmed).IsEqualTo(1);
        await Assert.That(Clock.TimesArmed).IsEqualTo(armed);
    }

    [Test]
    public async Task Calls_that_are_due_one_after_the_other_fail_within_few_milliseconds()
    {
        SmfPeer server = await ConnectAsync();
        var calls = new List<Task<SmfReply>>();
        for (int call = 0; call < 20; call++)
            calls.Add((await BeginAsync(server, new CallOptions { Timeout = TimeSpan.FromMilliseconds(100 + call) })).Call);
        int armed = Clock.TimesArmed;
        Clock.Advance(TimeSpan.FromMilliseconds(125));
        foreach (Task<SmfReply> call in calls)
            _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => call);
        await Assert.That(Clock.TimesArmed - armed).IsBetween(1, 5);
    }

    [Test]
    public async Task A_late_reply_is_swallowed_and_its_session_is_not_used_before_it()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, SmfHeader late) = await BeginAsync(server, Short);
        Clock.Advance(TimeSpan.FromMilliseconds(100));
        _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => call);
        await Assert.That(Client.Memory.Taken).IsEqualTo(0);
        var later = new HashSet<ushort>();
        for (int other = 0; other < 1_000; other++)
        {
            (Task<SmfReply> next, SmfHeader request) = await BeginAsync(server);
            _ = later.Add(request.Session);
            await server.ReplyAsync(request, [1]);
            _ = await next;
        }
        await Assert.That(later).DoesNotContain(late.Session);
        await server.ReplyAsync(late, new byte[40_000]);
        await RoundTripAsync(server);
        await Assert.That(Client.LateReplies).IsEqualTo(1);
    }

    [Test]
    public async Task A_call_that_times_out_while_its_reply_comes_fails_and_the_rest_of_the_reply_is_swallowed()
    {
        SmfPeer server = await ConnectAsync();
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server, Short);
        byte[] reply = SmfPeer.Message(request.Session, 200, new byte[50_000]);
        await server.SendAsync(reply[..30_000]);
        Clock.Advance(TimeSpan.FromMilliseconds(100));
        _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => call);
        await server.SendAsync(reply[30_000..]);
        await RoundTripAsync(server);
        await Assert.That(Client.LateReplies).IsEqualTo(1);
    }

    [Test]
    public async Task Cancelling_ends_the_call_with_its_token()
    {
        SmfPeer server = await ConnectAsync();
        using var giveUp = new CancellationTokenSource();
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server, default, giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.That((await Assert.ThrowsAsync<OperationCanceledException>(() => call))!.CancellationToken).IsEqualTo(giveUp.Token);
        await server.ReplyAsync(request, [1]);
        await RoundTripAsync(server);
        await Assert.That(Client.LateReplies).IsEqualTo(1);
        _ = await Assert.ThrowsAsync<OperationCanceledException>(() => CallAsync(default, [1], giveUp.Token));
    }

    [Test]
    public async Task Cancelling_after_the_reply_changes_nothing()
    {
        SmfPeer server = await ConnectAsync();
        using var giveUp = new CancellationTokenSource();
        (Task<SmfReply> call, SmfHeader request) = await BeginAsync(server, default, giveUp.Token);
        await server.ReplyAsync(request, [1]);
        _ = await call;
        (Task<SmfReply> next, SmfHeader nextRequest) = await BeginAsync(server);
        await giveUp.CancelAsync();
        await server.ReplyAsync(nextRequest, [2]);
        await Assert.That((await next).Payload.ToArray()).IsSequence([2]);
    }

    [Test]
    public async Task Waiting_for_a_connection_counts()
    {
        Connector.Refusal = new IOException("nobody there");
        Task<SmfReply> call = CallAsync(Short with { WaitForReady = true }, [1]);
        await Clock.WaitForTimersAsync(2, Cancel);
        Clock.Advance(TimeSpan.FromMilliseconds(100));
        _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => call);
    }

    [Test]
    public async Task A_server_that_leaves_too_many_calls_unanswered_gets_further_ones_on_a_new_connection()
    {
        SmfPeer old = await ConnectAsync();
        (Task<SmfReply> patient, SmfHeader patientRequest) = await BeginAsync(old);
        var forgotten = new List<Task<SmfReply>>();
        for (int call = 0; call <= SmfClientConnection.AbandonedMax; call++)
            forgotten.Add((await BeginAsync(old, Short)).Call);
        await Assert.That(Connector.Attempts).IsEqualTo(1);
        Clock.Advance(TimeSpan.FromMilliseconds(100));
        foreach (Task<SmfReply> call in forgotten)
            _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => call);

        SmfPeer server = await ConnectAsync();
        await RoundTripAsync(server);
        await old.ReplyAsync(patientRequest, [5]);
        await Assert.That((await patient).Payload.ToArray()).IsSequence([5]);
        await Assert.That(await old.IsAtEndAsync()).IsTrue();
    }

    [Test]
    public async Task Calls_that_were_answered_late_do_not_count_against_their_connection()
    {
        SmfPeer server = await ConnectAsync();
        for (int round = 0; round < 3; round++)
        {
            var late = new List<(Task<SmfReply> Call, SmfHeader Request)>();
            for (int call = 0; call < SmfClientConnection.AbandonedMax / 2; call++)
                late.Add(await BeginAsync(server, Short));
            Clock.Advance(TimeSpan.FromMilliseconds(100));
            foreach ((Task<SmfReply> call, SmfHeader request) in late)
            {
                _ = await Assert.ThrowsExactlyAsync<RpcTimeoutException>(() => call);
                await server.ReplyAsync(request, [1]);
            }
            // Replies are read in order: once this one is, the late ones are.
            await RoundTripAsync(server);
        }
        await Assert.That(Connector.Attempts).IsEqualTo(1);
    }

    [Test]
    [Arguments(0)]
    [Arguments(-5)]
    [Arguments(3_000_000_000)]
    public async Task A_timeout_that_is_none_is_refused(long ms) =>
        await Assert.ThrowsExactlyAsync<ArgumentOutOfRangeException>(
            async () => await Client.CallAsync(Id, new byte[1], new CallOptions { Timeout = TimeSpan.FromMilliseconds(ms) }, Cancel));
}
