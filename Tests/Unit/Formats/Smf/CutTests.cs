using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats.Smf;

/// <summary>smf streams cut at every byte, on both sides of the gateway; bodies above 20 bytes count as large here.</summary>
public sealed class CutTests
{
    private const int SharedBodyMax = 20;

    private static readonly byte[][] Bodies = ["small"u8.ToArray(), "this one is large enough for a connection of its own"u8.ToArray(), "x"u8.ToArray()];

    private static byte[] Stream => [.. Bodies.SelectMany((body, i) => SmfMessage.Encode((ushort)(i + 1), GatewaySetup.GetId, body))];

    [Test]
    public async Task Requests_that_come_in_two_pieces_are_served_wherever_they_are_cut()
    {
        for (int cut = 1; cut < Stream.Length; cut++)
        {
            GatewaySimulation sim = Simulate();
            SmfFarCaller caller = sim.ConnectSmf();
            caller.Send(Stream.AsSpan(0, cut));
            sim.RunUntilQuiet();
            caller.Send(Stream.AsSpan(cut));
            sim.RunUntilQuiet();
            await AssertAllAnswered(caller);
        }
    }

    [Test]
    public async Task Requests_that_come_byte_by_byte_are_served()
    {
        GatewaySimulation sim = Simulate();
        SmfFarCaller caller = sim.ConnectSmf();
        foreach (byte one in Stream)
        {
            caller.Send([one]);
            sim.RunUntilQuiet();
        }
        await AssertAllAnswered(caller);
    }

    [Test]
    public async Task Replies_that_come_in_two_pieces_are_passed_on_wherever_they_are_cut()
    {
        for (int reply = 0; reply < Bodies.Length; reply++)
        {
            for (int cut = 1; cut < SmfMessage.BytesBefore + Bodies[reply].Length; cut++)
            {
                GatewaySimulation sim = Simulate();
                SmfMessage? asked = null;
                sim.SmfServer.OnRequest = (_, request) => asked = request;
                SmfFarCaller caller = sim.ConnectSmf();
                caller.Call(9, Bodies[reply]);
                sim.RunUntilQuiet();
                byte[] answer = SmfMessage.Encode(asked!.Header.Session, 200, Bodies[reply]);
                sim.SmfServer.Connection.Send(answer.AsSpan(0, cut));
                sim.RunUntilQuiet();
                await Assert.That(caller.Replies).IsEmpty();
                sim.SmfServer.Connection.Send(answer.AsSpan(cut));
                sim.RunUntilQuiet();
                await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Content).IsSequence(Bodies[reply]);
            }
        }
    }

    [Test]
    [Arguments(true, true)]
    [Arguments(false, true)]
    [Arguments(true, false)]
    [Arguments(false, false)]
    public async Task A_caller_that_goes_in_the_middle_of_a_request_hurts_nobody_and_no_server_sees_that_request_whole(bool inOrder, bool canReset)
    {
        for (int cut = 0; cut < Stream.Length; cut++)
        {
            GatewaySimulation sim = Simulate(canReset);
            SmfFarCaller other = sim.ConnectSmf();
            other.Call(1, "before"u8);
            SmfFarCaller caller = sim.ConnectSmf();
            caller.Send(Stream.AsSpan(0, cut));
            sim.RunUntilQuiet();
            if (inOrder)
                caller.Close();
            else
                caller.Reset();
            sim.RunUntilQuiet();
            other.Call(2, "after"u8);
            sim.RunUntilQuiet();
            await Assert.That((other.StatusOf(1), other.StatusOf(2))).IsEqualTo((200u, 200u));
            foreach (SmfMessage request in sim.SmfServer.Requests)
                await Assert.That(Bodies.Append("before"u8.ToArray()).Append("after"u8.ToArray())).Contains(request.Content, ByteStringComparer.Instance);
            other.Close();
            sim.RunFor(70_000);
            await sim.AssertNothingLeaked();
        }
    }

    [Test]
    public async Task A_caller_that_ends_its_requests_gets_all_replies_and_then_the_end()
    {
        GatewaySimulation sim = Simulate();
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Send(Stream);
        caller.EndSending();
        sim.RunUntilQuiet();
        await AssertAllAnswered(caller);
        await Assert.That(caller.SawEnd).IsTrue();
        await sim.AssertNothingLeaked();
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task A_reply_cut_anywhere_becomes_502_or_breaks_the_connection_that_it_had_begun_to_reach(bool inOrder)
    {
        for (int reply = 0; reply < Bodies.Length; reply++)
        {
            for (int cut = 0; cut < SmfMessage.BytesBefore + Bodies[reply].Length; cut++)
            {
                GatewaySimulation sim = Simulate();
                SmfMessage? asked = null;
                sim.SmfServer.OnRequest = (_, request) => asked = request;
                SmfFarCaller caller = sim.ConnectSmf();
                caller.Call(9, Bodies[reply]);
                sim.RunUntilQuiet();
                sim.SmfServer.Connection.Send(SmfMessage.Encode(asked!.Header.Session, 200, Bodies[reply]).AsSpan(0, cut));
                sim.RunUntilQuiet();
                if (inOrder)
                    sim.SmfServer.Connection.Close();
                else
                    sim.SmfServer.Connection.Reset();
                sim.RunUntilQuiet();
                if (caller.Replies.Count == 0)
                    await Assert.That(caller.SawReset && Bodies[reply].Length > SharedBodyMax).IsTrue();
                else
                    await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Header.Meta).IsEqualTo(502u);
            }
        }
    }

    private static GatewaySimulation Simulate(bool canReset = true) =>
        new(new GatewaySetup { SharedBodyMax = SharedBodyMax }, NetworkConditions.Calm with { CanReset = canReset });

    private static async Task AssertAllAnswered(SmfFarCaller caller)
    {
        await Assert.That(caller.Replies.Count).IsEqualTo(Bodies.Length);
        await Assert.That(caller.Replies.OrderBy(reply => reply.Header.Session).Select(reply => reply.Content)).IsSequence(Bodies);
        foreach (SmfMessage reply in caller.Replies)
            await Assert.That(reply.Header.Meta).IsEqualTo(200u);
    }
}
