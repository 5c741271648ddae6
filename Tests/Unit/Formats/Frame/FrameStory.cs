using System.Text;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

/// <summary>One random run of frame calls: callers, servers, sizes, behaviour and network conditions are drawn from the seed.</summary>
internal sealed class FrameStory
{
    private readonly GatewaySimulation _sim;
    private readonly Random _random;
    private readonly List<Teller> _callers = [];
    private readonly HashSet<string> _asked = [];
    private readonly HashSet<FrameMessage> _answered = [];

    public FrameStory(int seed)
    {
        _random = SeedStream.Of(seed, "story");
        var setup = new GatewaySetup
        {
            FrameServers = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => _random.Next(1, 4))],
            ExclusiveConnectionsMax = _random.Next(1, 4),
            CallsWaitingMax = _random.Next(1, 20),
            WriteTimeoutMs = 500,
            TimeoutMs = 1000,
            ConnectTimeoutMs = 100,
        };
        _sim = new GatewaySimulation(setup, NetworkConditions.Rough(_random), seed);
        foreach (FrameServer server in _sim.FrameServers)
            GiveMood(server);
    }

    public async Task Play()
    {
        for (int i = _random.Next(1, 5); i > 0; i--)
            _callers.Add(new Teller(_sim.ConnectFrames()));
        foreach (Teller caller in _callers)
            PlanCalls(caller);
        _sim.RunUntil(
            () => _callers.All(caller => caller.IsSettled), "every caller has its answers, or is gone", () => string.Join('\n', _callers));
        foreach (Teller caller in _callers)
        {
            await caller.AssertRepliesAreItsOwn();
            caller.FarEnd.Close();
        }
        _sim.RunFor(3000);
        foreach (FrameFarServer connection in _sim.FrameServers.SelectMany(server => server.Connections))
        {
            // A request that is answered already cannot deceive its server; nor can one that its server does not read.
            if (connection.Current is not { } cut || (!_answered.Contains(cut) && connection.IsReading))
                await Assert.That(connection.EndedDeceptively).IsFalse().Because("a server was left with a request that looks whole");
            connection.Close();
        }
        foreach (FrameMessage request in _sim.FrameServers.SelectMany(server => server.Requests))
            await Assert.That(_asked).Contains(KeyOf(request.Endpoint, request.Data));
        // Unreachable ones are tried until they are back.
        foreach (SimulatedServer server in _sim.FrameServers)
            (server.Answer, server.ConnectDelayMs) = (ConnectAnswer.Accept, 0);
        _sim.RunFor(80_000);
        await _sim.AssertNothingLeaked();
        await Assert.That(_sim.Loop.Timers.Count).IsEqualTo(0);
    }

    private static string KeyOf(string endpoint, ReadOnlySpan<byte> data) => endpoint + Convert.ToBase64String(data.TrimEnd((byte)'\n'));

    private void GiveMood(FrameServer server)
    {
        server.Reads = _random.Next(30) != 0;
        server.ConnectDelayMs = _random.Next(3) == 0 ? _random.Next(120) : 0;
        server.Answer = _random.Next(12) switch { 0 => ConnectAnswer.Refuse, 1 => ConnectAnswer.Silence, _ => ConnectAnswer.Accept };
        bool isMoody = _random.Next(3) == 0;
        server.OnDataFrame = (connection, request, _) =>
        {
            if (isMoody && _random.Next(60) == 0 && _answered.Add(request))
                connection.Fail(ReplyError.Undecided, "early");
        };
        server.OnRequest = (connection, request) =>
        {
            if (!_answered.Add(request))
                return;
            switch (isMoody ? _random.Next(24) : 23)
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
                    connection.Fail((ReplyError)_random.Next(2, 5), "it failed");
                    break;
                case 4:
                    SayPartOf(connection, request);
                    connection.EndSending();
                    break;
                case 5:
                    SayPartOf(connection, request);
                    _sim.Network.After(5, connection.Reset);
                    break;
                case 6:
                    connection.Send([.. Frame.ReplyHeader(DataType.Octets), .. Frame.Encode(FrameType.Data, false, request.Data), .. Frame.Reset]);
                    connection.EndSending();
                    break;
                case < 12:
                    _sim.Network.After(_random.Next(1200), () => connection.Echo(request));
                    break;
                default:
                    connection.Echo(request);
                    break;
            }
        };
    }

    private void SayPartOf(FrameFarServer connection, FrameMessage request)
    {
        byte[] reply = [.. Frame.ReplyHeader(request.DataType), .. Frame.Octets(request.Data)];
        connection.Send(reply.AsSpan(0, _random.Next(reply.Length)));
    }

    private void PlanCalls(Teller caller)
    {
        int calls = _random.Next(1, 12);
        for (int i = 0; i < calls; i++)
            PlanCall(caller);
        switch (_random.Next(6))
        {
            case 0 or 1:
                caller.PlanEnd();
                break;
            case 2:
                byte[] request = [.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Octets(new byte[5000], 1500)];
                caller.PlanCut(request.AsSpan(0, _random.Next(request.Length)).ToArray());
                break;
        }
        if (_random.Next(4) != 0)
            return;
        switch (_random.Next(3))
        {
            case 0:
                _sim.Network.After(_random.Next(400), caller.FarEnd.Close);
                break;
            case 1:
                _sim.Network.After(_random.Next(400), caller.FarEnd.Reset);
                break;
            default:
                caller.StopReading();
                _sim.Network.After(_random.Next(1500), caller.FarEnd.Resume);
                break;
        }
    }

    private void PlanCall(Teller caller)
    {
        int bytes = _random.Next(6) switch { 0 => _random.Next(90_000), 1 => 512 + _random.Next(-1, 2), _ => _random.Next(200) };
        if (_random.Next(2) == 0)
        {
            byte[] octets = new byte[bytes];
            _random.NextBytes(octets);
            _asked.Add(KeyOf("Upload", octets));
            caller.Plan(DataType.Octets, octets, [.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Octets(octets, _random.Next(1, 20_000))]);
            return;
        }
        byte[] json = Encoding.ASCII.GetBytes($"{{\"Msg\":\"{new string('x', bytes)}{_random.Next()}\"}}");
        _asked.Add(KeyOf("Echo", json));
        byte[] data = _random.Next(2) == 0 ? [.. json, (byte)'\n'] : json;
        byte[] part = _random.Next(3) == 0 ? Frame.Octets(data, _random.Next(1, 1 + data.Length)) : Frame.Encode(FrameType.Data, true, data);
        caller.Plan(DataType.Json, json, [.. Frame.RequestHeader("Echo", DataType.Json), .. part]);
    }

    /// <summary>A caller and the requests that it has pipelined.</summary>
    private sealed class Teller(FrameFarCaller farEnd)
    {
        private static readonly byte[] NeverWhole = "never whole"u8.ToArray();

        private readonly List<(DataType DataType, byte[] Data)> _planned = [];
        private bool _stoppedReading;

        public FrameFarCaller FarEnd => farEnd;

        public bool IsSettled => farEnd.IsOver || farEnd.Replies.Count >= _planned.Count;

        public override string ToString() => $"{_planned.Count} planned, {farEnd.UnsentBytes} bytes still unsent, {farEnd.Replies.Count} replies, "
            + $"can reset {farEnd.Socket.CanReset}, over {farEnd.IsOver}, {farEnd.Inbox.Count} bytes not understood, last begun {farEnd.Current?.Frames.Count}";

        public void Plan(DataType dataType, byte[] data, byte[] request)
        {
            _planned.Add((dataType, data));
            farEnd.Send(request);
        }

        public void StopReading()
        {
            _stoppedReading = true;
            farEnd.IsReading = false;
        }

        /// <summary>A last request that is cut: its data is never complete, so that only an error can answer it.</summary>
        public void PlanCut(byte[] part)
        {
            _planned.Add((DataType.Octets, NeverWhole));
            farEnd.Send(part);
            farEnd.EndSending();
        }

        public void PlanEnd()
        {
            farEnd.Send(Frame.Reset);
            farEnd.EndSending();
        }

        public async Task AssertRepliesAreItsOwn()
        {
            // A caller that does not read for seconds is closed, and a socket that cannot be reset has no visible way to do it.
            if (farEnd.Socket.CanReset || !_stoppedReading)
                await Assert.That(farEnd.EndedDeceptively).IsFalse().Because($"a reply was cut so that it looks whole: {this}");
            await Assert.That(farEnd.Replies.Count).IsBetween(0, _planned.Count);
            for (int i = 0; i < farEnd.Replies.Count; i++)
            {
                FrameMessage reply = farEnd.Replies[i];
                if (reply.Error == ReplyError.Ok)
                    await Assert.That(reply.Data).IsSequence(_planned[i].Data);
                else
                    await Assert.That((int)reply.Error).IsBetween((int)ReplyError.Request, (int)ReplyError.Undecided);
            }
        }
    }
}
