using System.Text;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.Formats.Lines;

/// <summary>A format that the product does not know is relayed by it, without a line of the product changed.</summary>
public sealed class LinesFormatTests
{
    private const uint Id = 0xc0ffee01;

    private static readonly Address Server = new TcpAddress("lines", 1);

    [Test]
    public async Task Lines_are_relayed_through_pools_books_and_rough_networks_and_nothing_is_left() =>
        await Seeds.ForEach(200, async seed =>
        {
            var sim = new World(seed, NetworkConditions.Rough(new Random(seed)));
            FarLines[] callers = [.. Enumerable.Range(0, 5).Select(_ => sim.Connect())];
            for (int call = 0; call < 20; call++)
                callers[call % callers.Length].Send(LinesFormat.Encode(Id, $"call {call} {new string('x', call * 100)}"));
            sim.RunUntil(() => callers.Sum(caller => caller.Lines.Count) == 20);
            string[] replies = [.. callers.SelectMany((caller, i) => caller.Lines.Select(line => $"{i}: {line}"))];
            string[] sent = [.. Enumerable.Range(0, 5).SelectMany(i => Enumerable.Range(0, 4).Select(n => $"{i}: call {(n * 5) + i} {new string('x', ((n * 5) + i) * 100)}"))];
            await Assert.That(replies).IsSequence(sent);
            CallTally tally = sim.Context.Ledger.Listeners[0].Tallies.Single(tally => tally.Name.Route == "line");
            await LedgerCheck.AssertBalanced(sim.Context);
            await Assert.That(LedgerCheck.EndedAt(tally, Server.ToString(), LinesFormat.Answered)).IsEqualTo(20);
        });

    [Test]
    public async Task A_line_without_a_route_and_one_whose_server_is_gone_get_errors()
    {
        var sim = new World(seed: 1, NetworkConditions.Calm);
        FarLines caller = sim.Connect();
        caller.Send(LinesFormat.Encode(7, "nowhere"));
        sim.RunUntil(() => caller.Lines.Count == 1);
        sim.Lines.Answer = ConnectAnswer.Refuse;
        caller.Send(LinesFormat.Encode(Id, "nobody there"));
        sim.RunUntil(() => caller.Lines.Count == 2);
        await Assert.That(caller.Lines).IsSequence(["NoRoute", "NoServer"]);
    }

    /// <summary>One worker with one listener of lines and one server that sends them back.</summary>
    private sealed class World
    {
        private readonly VirtualTime _time = new();
        private readonly SimulatedNetwork _network;
        private readonly Loop _loop;
        private readonly CallerFactory _callers;
        private readonly ListenerLedger _ledger;

        public World(int seed, NetworkConditions conditions)
        {
            _network = new SimulatedNetwork(_time, new Random(seed), conditions);
            var log = new BugLog();
            _loop = new Loop(_network, _time, new Random(seed), log);
            var format = new LinesFormat();
            Context = new WorkerContext(0, _loop, Snapshot.Of(Options()), new FormatRegistry(format), log);
            _callers = format.ForWorker(Context);
            _ledger = Context.Ledger.Of("lines", format.Statuses);
            Lines = new SimulatedServer(Server, () => new FarLines { Echoes = true });
            _network.World.Add(Lines);
        }

        public WorkerContext Context { get; }

        public SimulatedServer Lines { get; }

        public FarLines Connect()
        {
            (SimulatedSocket near, SimulatedSocket far) = _network.Pair();
            var caller = new FarLines();
            SimulatedWorld.Attach(far, caller);
            _ = _callers(_ledger, near, () => { });
            return caller;
        }

        public void RunUntil(Func<bool> condition)
        {
            long endMs = _time.NowMs + 60_000;
            while (!condition())
            {
                _network.WasActive = false;
                _network.DeliverDue();
                _network.RunFarEnds();
                _loop.Turn(int.MaxValue);
                if (!_network.WasActive && !_network.HasReady)
                    _time.AdvanceTo(Math.Max(_time.NowMs + 1, Math.Min(_network.NextEventMs, _time.NowMs + 1000)));
                Must.Hold(_time.NowMs < endMs, "the calls did not end");
            }
            Must.Hold(_loop.Counters.Exceptions == 0);
        }

        private static GatewayOptions Options() => new()
        {
            Workers = 1,
            Listeners = [new ListenerOptions { Name = "lines", Address = new TcpAddress("lines", 0), Protocol = LinesFormat.Lines, ConnectionsMax = 100 }],
            Backends =
            [
                new BackendOptions { Name = "printers", Protocol = LinesFormat.Lines, Servers = [new BackendServerOptions { Address = Server }], ConnectionLimits = new ConnectionLimits(2, 0, 2) },
            ],
            Routes = [new RouteOptions { Name = "line", Id = Id, Endpoint = null, Method = null, Backend = "printers", MessageBytesMax = 65_535 }],
        };
    }

    /// <summary>A peer that reads lines, and as a server sends them back.</summary>
    private sealed class FarLines : FarEnd
    {
        public bool Echoes { get; init; }

        public List<string> Lines { get; } = [];

        protected override void OnReceived()
        {
            while (LinesFormat.LengthOf(Inbox.Bytes, out _) is > 0 and var length && Inbox.Count >= length)
            {
                Lines.Add(Encoding.ASCII.GetString(Inbox.Bytes[LinesFormat.HeaderBytes..(length - 1)]));
                if (Echoes)
                    Send(Inbox.Bytes[..length]);
                Inbox.Skip(length);
            }
        }
    }
}
