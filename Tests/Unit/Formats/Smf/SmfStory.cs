using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats.Smf;

/// <summary>One random run: callers, servers, sizes, moods and weather are drawn from the seed.</summary>
internal sealed class SmfStory
{
    private const int SharedBodyMax = 2000;

    private readonly GatewaySimulation _sim;
    private readonly Random _random;
    private readonly List<Teller> _callers = [];

    public SmfStory(int seed)
    {
        _random = SeedStream.Of(seed, "story");
        var setup = new GatewaySetup
        {
            SmfServers = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => _random.Next(1, 4))],
            SharedBodyMax = SharedBodyMax,
            ExclusiveConnectionsMax = _random.Next(1, 4),
            CallsWaitingMax = _random.Next(1, 20),
            WriteTimeoutMs = 500,
            TimeoutMs = 1000,
            ConnectTimeoutMs = 100,
            ReplyBufferMax = 64 * 1024,
        };
        _sim = new GatewaySimulation(setup, NetworkConditions.Rough(_random), seed);
        foreach (SmfServer server in _sim.SmfServers)
            GiveMood(server);
    }

    public async Task Play()
    {
        for (int i = _random.Next(1, 5); i > 0; i--)
            _callers.Add(new Teller(_sim.ConnectSmf()));
        foreach (Teller caller in _callers)
            PlanCalls(caller);
        _sim.RunUntil(() => _callers.All(caller => caller.IsSettled), "every caller has its answers, or is gone", () => string.Join("\n", _callers));
        foreach (Teller caller in _callers)
        {
            await caller.AssertRepliesAreItsOwn();
            caller.FarEnd.Close();
        }
        // Calls that a server never answers keep their sessions until its connection ends.
        _sim.RunFor(3000);
        foreach (SmfFarServer connection in _sim.SmfServers.SelectMany(server => server.Connections))
            connection.Close();
        // Unreachable ones are tried until they are back.
        foreach (SimulatedServer server in _sim.SmfServers)
            (server.Answer, server.ConnectDelayMs) = (ConnectAnswer.Accept, 0);
        _sim.RunFor(80_000);
        await _sim.AssertNothingLeaked();
        await Assert.That(_sim.Loop.Timers.Count).IsEqualTo(0);
    }

    private void GiveMood(SmfServer server)
    {
        server.KeepsRequests = false;
        server.Reads = _random.Next(30) != 0;
        server.ConnectDelayMs = _random.Next(3) == 0 ? _random.Next(120) : 0;
        server.Answer = _random.Next(12) switch { 0 => ConnectAnswer.Refuse, 1 => ConnectAnswer.Silence, _ => ConnectAnswer.Accept };
        bool isMoody = _random.Next(3) == 0;
        server.OnRequest = (connection, request) =>
        {
            byte[] reply = Teller.ReplyTo(request.Content);
            switch (isMoody ? _random.Next(40) : 39)
            {
                case 0:
                    break;
                case 1:
                    connection.Close();
                    break;
                case 2:
                    connection.Reset();
                    break;
                case 3:
                    connection.Reply((ushort)_random.Next(65536), reply);
                    break;
                case 4:
                    byte[] message = SmfMessage.Encode(request.Header.Session, 200, reply);
                    connection.Send(message.AsSpan(0, _random.Next(message.Length)));
                    connection.EndSending();
                    break;
                case 5:
                    connection.Send(SmfMessage.EncodeHeader(request.Header.Session, 3, 1, 200));
                    connection.Send([1, 2, 3]);
                    break;
                case 6:
                    connection.Send(SmfMessage.EncodeRaw(request.Header.Session, 200, new byte[reply.Length]));
                    break;
                case 7:
                    connection.Reply(request, reply);
                    _sim.Network.After(_random.Next(2) * _random.Next(100), () => connection.Reply(request, reply));
                    break;
                case < 20:
                    _sim.Network.After(_random.Next(1200), () => connection.Reply(request, reply));
                    break;
                default:
                    connection.Reply(request, reply);
                    break;
            }
        };
    }

    private void PlanCalls(Teller caller)
    {
        bool isMoody = _random.Next(4) == 0;
        int calls = _random.Next(1, 25);
        for (ushort session = 1; session <= calls; session++)
        {
            caller.Plan(PlanCall(session));
            if (_random.Next(3) == 0)
                _sim.Network.After(_random.Next(300), caller.SendNext);
            else
                caller.SendNext();
        }
        _sim.Network.After(301, () =>
        {
            caller.SendAll();
            if (_random.Next(3) == 0)
                caller.FarEnd.EndSending();
        });
        if (!isMoody)
            return;
        switch (_random.Next(3))
        {
            case 0:
                _sim.Network.After(_random.Next(400), caller.Vanish);
                break;
            case 1:
                _sim.Network.After(_random.Next(400), caller.Break);
                break;
            default:
                caller.FarEnd.IsReading = false;
                _sim.Network.After(_random.Next(1500), caller.FarEnd.Resume);
                break;
        }
    }

    /// <summary>Mostly content behind an empty table; now and then what is no table, or a table whose vtable stands far behind, or what stands there is none.</summary>
    private Planned PlanCall(ushort session)
    {
        int bytes = _random.Next(6) switch { 0 => _random.Next(1, 30_000), 1 => SharedBodyMax + _random.Next(-1, 2), _ => _random.Next(1, 200) };
        byte[] content = new byte[bytes];
        switch (_random.Next(20))
        {
            case 0:
                return new Planned(session, content, SmfMessage.EncodeRaw(session, GatewaySetup.GetId, content), IsTable: false);
            case 1 or 2:
                bool isTable = _random.Next(2) == 0;
                int place = 2 * _random.Next(2048, 10_000);
                byte[] far = FarTable.Build(_random, isTable ? [4, 0, 4, 0] : [4, 0, 0, 0], place, place + _random.Next(4, 10_000));
                return new Planned(session, far, SmfMessage.EncodeRaw(session, GatewaySetup.GetId, far), isTable);
            default:
                _random.NextBytes(content);
                return new Planned(session, content, SmfMessage.Encode(session, GatewaySetup.GetId, content), IsTable: true);
        }
    }

    private sealed record Planned(ushort Session, byte[] Content, byte[] Message, bool IsTable);

    /// <summary>A caller and what it has asked.</summary>
    private sealed class Teller(SmfFarCaller farEnd)
    {
        private readonly List<Planned> _planned = [];
        private int _sent;

        public SmfFarCaller FarEnd => farEnd;

        public bool IsSettled => farEnd.IsOver || (_sent == _planned.Count && farEnd.Replies.Count >= _planned.Count);

        public override string ToString() =>
            $"sent {_sent} of {_planned.Count}, {farEnd.UnsentBytes} bytes still unsent, {farEnd.Replies.Count} replies, reading {farEnd.IsReading}, "
            + $"over {farEnd.IsOver}, {farEnd.Inbox.Count} bytes not understood, {farEnd.Socket.UnreadBytes} unread";

        public static byte[] ReplyTo(byte[] payload) => [.. payload.Reverse(), 77];

        public void Plan(Planned call) => _planned.Add(call);

        public void SendNext()
        {
            if (_sent == _planned.Count || farEnd.Socket.IsClosed)
                return;
            farEnd.Send(_planned[_sent++].Message);
        }

        public void SendAll()
        {
            while (_sent < _planned.Count && !farEnd.Socket.IsClosed)
                SendNext();
        }

        public void Vanish() => farEnd.Close();

        public void Break() => farEnd.Reset();

        public async Task AssertRepliesAreItsOwn()
        {
            await Assert.That(farEnd.Replies.Select(reply => reply.Header.Session).Distinct().Count()).IsEqualTo(farEnd.Replies.Count);
            foreach (SmfMessage reply in farEnd.Replies)
            {
                Planned asked = _planned.Single(planned => planned.Session == reply.Header.Session);
                if (asked.IsTable && reply.Header.Meta == 200)
                    await Assert.That(reply.Content).IsSequence(ReplyTo(asked.Content));
                else
                    await Assert.That(new uint[] { 429, 502, 503, 504 }.Concat(asked.IsTable ? [] : [400])).Contains(reply.Header.Meta);
            }
        }
    }
}
