using System.Text;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats.Smf;

public sealed class SmallCallTests
{
    [Test]
    public async Task A_call_reaches_the_server_and_its_reply_comes_back_under_the_callers_session()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, "world"u8);

        caller.Call(session: 777, "hello"u8);
        sim.RunUntilQuiet();

        SmfMessage request = await Assert.That(sim.SmfServer.Requests).HasSingleItem();
        await Assert.That(request.Header.Meta).IsEqualTo(GatewaySetup.GetId);
        await Assert.That(Encoding.ASCII.GetString(request.Content)).IsEqualTo("hello");
        SmfMessage reply = await Assert.That(caller.Replies).HasSingleItem();
        await Assert.That(reply.Header.Session).IsEqualTo((ushort)777);
        await Assert.That(reply.Header.Meta).IsEqualTo(200u);
        await Assert.That(Encoding.ASCII.GetString(reply.Content)).IsEqualTo("world");
        caller.Close();
        sim.RunUntilQuiet();
        await sim.AssertNothingLeaked();
    }

    [Test]
    public async Task A_hundred_callers_calls_leave_for_one_server_in_one_send()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller first = sim.ConnectSmf();
        first.Call(1, "x"u8);
        sim.RunUntilQuiet();
        List<int> writes = sim.SmfServer.Connection.Socket.Peer.Writes = [];

        SmfFarCaller[] callers = [.. Enumerable.Range(0, 100).Select(_ => sim.ConnectSmf())];
        foreach (SmfFarCaller caller in callers)
            caller.Call(9, "sixty bytes are what a small call usually has; these are 60."u8);
        sim.RunUntilQuiet();

        await Assert.That(await Assert.That(writes).HasSingleItem()).IsEqualTo(100 * (SmfMessage.BytesBefore + 60));
        foreach (SmfFarCaller caller in callers)
            await Assert.That(caller.StatusOf(9)).IsEqualTo(200u);
        await Assert.That(sim.SmfServer.Connections).HasSingleItem();
    }

    [Test]
    public async Task Replies_come_back_in_whatever_order_the_server_gives_them()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        var asked = new List<SmfMessage>();
        sim.SmfServer.OnRequest = (_, request) => asked.Add(request);
        for (ushort session = 1; session <= 200; session++)
            caller.Call(session, BitConverter.GetBytes(session));
        sim.RunUntilQuiet();

        foreach (SmfMessage request in asked.OrderBy(_ => sim.Random.Next()))
            sim.SmfServer.Connection.Reply(request, request.Content);
        sim.RunUntilQuiet();

        await Assert.That(caller.Replies.Count).IsEqualTo(200);
        await Assert.That(caller.Replies.Select(reply => reply.Header.Session).Distinct().Count()).IsEqualTo(200);
        foreach (SmfMessage reply in caller.Replies)
            await Assert.That(BitConverter.ToUInt16(reply.Content)).IsEqualTo(reply.Header.Session);
    }

    [Test]
    public async Task Two_callers_may_use_the_same_session_and_each_gets_its_own_reply()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller one = sim.ConnectSmf();
        SmfFarCaller two = sim.ConnectSmf();
        one.Call(5, "one"u8);
        two.Call(5, "two"u8);
        sim.RunUntilQuiet();

        await Assert.That(Encoding.ASCII.GetString((await Assert.That(one.Replies).HasSingleItem()).Content)).IsEqualTo("one");
        await Assert.That(Encoding.ASCII.GetString((await Assert.That(two.Replies).HasSingleItem()).Content)).IsEqualTo("two");
        await Assert.That(sim.SmfServer.Requests.Select(request => request.Header.Session).Distinct().Count()).IsEqualTo(2);
    }
}
