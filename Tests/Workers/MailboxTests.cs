using FrameRpc.Tests.Simulation;
using Xunit;

namespace FrameRpc.Tests.Workers;

public sealed class MailboxTests
{
    [Fact]
    public void Letters_are_opened_between_turns_in_the_order_in_which_they_were_posted()
    {
        var sim = new GatewaySimulation();
        var opened = new List<int>();
        for (int i = 0; i < 5; i++)
        {
            int letter = i;
            sim.Loop.Mailbox.Post(() => opened.Add(letter));
        }
        Assert.Empty(opened);
        sim.Loop.Turn(waitMsMax: 0);
        Assert.Equal([0, 1, 2, 3, 4], opened);
    }

    [Fact]
    public void Letters_from_many_threads_all_arrive()
    {
        var sim = new GatewaySimulation();
        int opened = 0;
        Thread[] writers = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 1000; i++)
                sim.Loop.Mailbox.Post(() => opened++);
        }))];
        foreach (Thread writer in writers)
            writer.Start();
        while (writers.Any(writer => writer.IsAlive))
            sim.Loop.Turn(waitMsMax: 0);
        sim.Loop.Turn(waitMsMax: 0);
        Assert.Equal(4000, opened);
    }
}
