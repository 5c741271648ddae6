using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.EventLoop;

public sealed class PostQueueTests
{
    [Test]
    public async Task Letters_are_opened_between_turns_in_the_order_in_which_they_were_posted()
    {
        var sim = new GatewaySimulation();
        var opened = new List<int>();
        for (int i = 0; i < 5; i++)
        {
            int letter = i;
            sim.Loop.Post(() => opened.Add(letter));
        }
        await Assert.That(opened).IsEmpty();
        sim.Loop.Turn(waitMsMax: 0);
        await Assert.That(opened).IsSequence([0, 1, 2, 3, 4]);
    }

    [Test]
    public async Task Letters_from_many_threads_all_arrive()
    {
        var sim = new GatewaySimulation();
        int opened = 0;
        Thread[] writers = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 1000; i++)
                sim.Loop.Post(() => opened++);
        }))];
        foreach (Thread writer in writers)
            writer.Start();
        while (writers.Any(writer => writer.IsAlive))
            sim.Loop.Turn(waitMsMax: 0);
        sim.Loop.Turn(waitMsMax: 0);
        await Assert.That(opened).IsEqualTo(4000);
    }
}
