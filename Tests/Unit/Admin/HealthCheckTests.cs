using FrameRpc.Gateway.Admin;
using FrameRpc.Tests.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Tests.Admin;

public sealed class HealthCheckTests
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly Queue<Action>[] _mailboxes = [new(), new(), new()];
    private readonly HealthCheck _health;

    public HealthCheckTests() =>
        _health = new HealthCheck([.. _mailboxes.Select((mailbox, number) => new WorkerPulse(number, mailbox.Enqueue))], _time, NullLogger.Instance);

    private static CancellationToken Cancel => TestContext.Current!.Execution.CancellationToken;

    [Test]
    public async Task All_is_well_when_every_worker_has_answered()
    {
        Task<IReadOnlyList<int>> asked = _health.FindSilentAsync();
        Open(0);
        Open(2);
        await Assert.That(asked.IsCompleted).IsFalse();
        Open(1);

        await Assert.That(await asked.WaitAsync(Cancel)).IsEmpty();
    }

    [Test]
    public async Task Workers_that_do_not_answer_within_a_second_are_named()
    {
        Task<IReadOnlyList<int>> asked = _health.FindSilentAsync();
        Open(1);

        _time.Advance(TimeSpan.FromSeconds(1) - Tick);
        await Assert.That(asked.IsCompleted).IsFalse();
        _time.Advance(Tick);

        await Assert.That(await asked.WaitAsync(Cancel)).IsSequence([0, 2]);
    }

    [Test]
    public async Task However_often_it_is_asked_a_stuck_worker_has_one_letter_and_all_get_its_answer()
    {
        Task<IReadOnlyList<int>>[] asked = [.. Enumerable.Range(0, 100).Select(_ => _health.FindSilentAsync())];
        foreach (Queue<Action> mailbox in _mailboxes)
            await Assert.That(mailbox).HasSingleItem();

        for (int worker = 0; worker < _mailboxes.Length; worker++)
            Open(worker);

        foreach (IReadOnlyList<int> body in await Task.WhenAll(asked).WaitAsync(Cancel))
            await Assert.That(body).IsEmpty();
    }

    [Test]
    public async Task A_worker_that_comes_back_is_asked_anew()
    {
        Task<IReadOnlyList<int>> silent = _health.FindSilentAsync();
        Open(0);
        Open(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        await Assert.That(await silent.WaitAsync(Cancel)).IsSequence([2]);

        Task<IReadOnlyList<int>> back = _health.FindSilentAsync();
        for (int worker = 0; worker < _mailboxes.Length; worker++)
            Open(worker);
        await Assert.That(await back.WaitAsync(Cancel)).IsEmpty();

        _ = _health.FindSilentAsync();
        foreach (Queue<Action> mailbox in _mailboxes)
            await Assert.That(mailbox).HasSingleItem();
    }

    private void Open(int worker)
    {
        while (_mailboxes[worker].TryDequeue(out Action? letter))
            letter();
    }
}
