using System.Text;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;
using Xunit;

namespace FrameRpc.Tests.Proxy.Smf;

public sealed class SmallCallTests
{
    [Fact]
    public void A_call_reaches_the_server_and_its_reply_comes_back_under_the_callers_session()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        sim.SmfServer.OnRequest = (connection, request) => connection.Reply(request, "world"u8);

        caller.Call(session: 777, "hello"u8);
        sim.RunUntilQuiet();

        SmfMessage request = Assert.Single(sim.SmfServer.Requests);
        Assert.Equal(GatewaySetup.GetId, request.Header.Meta);
        Assert.Equal("hello", Encoding.ASCII.GetString(request.Content));
        SmfMessage reply = Assert.Single(caller.Replies);
        Assert.Equal((ushort)777, reply.Header.Session);
        Assert.Equal(200u, reply.Header.Meta);
        Assert.Equal("world", Encoding.ASCII.GetString(reply.Content));
        caller.Close();
        sim.RunUntilQuiet();
        sim.AssertNothingLeaked();
    }

    [Fact]
    public void A_hundred_callers_calls_leave_for_one_server_in_one_send()
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

        Assert.Equal(100 * (SmfMessage.BytesBefore + 60), Assert.Single(writes));
        Assert.All(callers, caller => Assert.Equal(200u, caller.StatusOf(9)));
        Assert.Single(sim.SmfServer.Connections);
    }

    [Fact]
    public void Replies_come_back_in_whatever_order_the_server_gives_them()
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

        Assert.Equal(200, caller.Replies.Count);
        Assert.Equal(200, caller.Replies.Select(reply => reply.Header.Session).Distinct().Count());
        Assert.All(caller.Replies, reply => Assert.Equal(reply.Header.Session, BitConverter.ToUInt16(reply.Content)));
    }

    [Fact]
    public void Two_callers_may_use_the_same_session_and_each_gets_its_own_reply()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller one = sim.ConnectSmf();
        SmfFarCaller two = sim.ConnectSmf();
        one.Call(5, "one"u8);
        two.Call(5, "two"u8);
        sim.RunUntilQuiet();

        Assert.Equal("one", Encoding.ASCII.GetString(Assert.Single(one.Replies).Content));
        Assert.Equal("two", Encoding.ASCII.GetString(Assert.Single(two.Replies).Content));
        Assert.Equal(2, sim.SmfServer.Requests.Select(request => request.Header.Session).Distinct().Count());
    }
}
