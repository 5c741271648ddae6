using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats.Smf;
using FrameRpc.Gateway.Routing;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats.Smf;

/// <summary>Callers whose next request waits, because the server's connection has more than enough to send.</summary>
public sealed class RoomTests
{
    private const int RequestBytes = 60_000;

    /// <summary>Of these requests a connection holds 4 MiB; the callers of the others wait.</summary>
    private const int Fillers = 80;

    private static readonly NetworkConditions SmallBuffers = NetworkConditions.Calm with { BufferBytesMin = 10_000, BufferBytesMax = 10_000 };

    private readonly GatewaySimulation _sim = new(new GatewaySetup { TimeoutMs = 2000, SharedConnectionsMax = 1 }, SmallBuffers);
    private readonly SmfFarCaller[] _fillers;
    private readonly SmfFarCaller _waiting;

    public RoomTests()
    {
        _sim.SmfServer.Reads = false;
        _fillers = [.. Enumerable.Range(0, Fillers).Select(_ => _sim.ConnectSmf())];
        _waiting = _sim.ConnectSmf();
    }

    private SmfServerConnection ServerConnection => (SmfServerConnection)_sim.SmfBackend.SharedConnection(key: 0, out _)!;

    [Test]
    public async Task A_request_that_waited_in_vain_on_one_connection_does_not_keep_the_next_from_waiting_on_another()
    {
        Fill(session: 1);
        await Wait(session: 1);
        Trickle(1500);
        // Keeps the first connection open when it takes no more calls.
        _fillers[0].Call(7, "small"u8);
        Trickle(700);
        await Assert.That(_waiting.StatusOf(1)).IsEqualTo(504u);
        SmfFarServer first = _sim.SmfServer.Connection;

        // A reply that nothing asked for retires the connection: later calls are put on another one, which fills up, too.
        AllowTwoConnections();
        first.Reply(60_000, "unasked"u8);
        _sim.RunFor(10);
        Fill(session: 2);
        await Wait(session: 2);
        await Assert.That(_sim.SmfServer.Connections.Count).IsEqualTo(2);
        await Assert.That(first.IsOver).IsFalse();

        _sim.SmfServer.Connection.Resume();
        _sim.RunFor(100);

        await Assert.That(_waiting.StatusOf(2)).IsEqualTo(200u);
    }

    [Test]
    public async Task A_caller_that_waits_no_longer_is_not_kept_by_the_connection()
    {
        Fill(session: 1);
        SmfServerConnection connection = ServerConnection;
        int others = connection.CallersWaiting;
        for (int i = 0; i < 20; i++)
        {
            SmfFarCaller leaving = _sim.ConnectSmf();
            leaving.Call(1, new byte[RequestBytes]);
            _sim.RunFor(10);
            await Assert.That(connection.CallersWaiting).IsEqualTo(others + 1);
            leaving.Reset();
            _sim.RunFor(10);
            await Assert.That(connection.CallersWaiting).IsEqualTo(others);
        }

        _waiting.Call(1, new byte[RequestBytes]);
        Trickle(2200);

        await Assert.That(_waiting.StatusOf(1)).IsEqualTo(504u);
        await Assert.That(connection.CallersWaiting).IsEqualTo(0);
    }

    private void AllowTwoConnections()
    {
        Snapshot snapshot = _sim.WorkerContext.Snapshot;
        BackendSpec Changed(BackendSpec spec) => spec with { Options = spec.Options with { ConnectionLimits = new ConnectionLimits(Total: 66, SharedMax: 2, ExclusiveMax: 64) } };
        _sim.WorkerContext.Apply(snapshot with { Generation = snapshot.Generation + 1, Backends = [.. snapshot.Backends.Select(Changed)] });
    }

    private void Fill(ushort session)
    {
        foreach (SmfFarCaller caller in _fillers)
            caller.Call(session, new byte[RequestBytes]);
        _sim.RunFor(10);
        // The server's socket has taken some meanwhile: this one takes that room, and leaves none.
        _sim.ConnectSmf().Call(session, new byte[RequestBytes]);
        _sim.RunFor(10);
    }

    private async Task Wait(ushort session)
    {
        SmfServerConnection connection = ServerConnection;
        int others = connection.CallersWaiting;
        _waiting.Call(session, new byte[RequestBytes]);
        _sim.RunFor(10);
        await Assert.That(connection.CallersWaiting).IsEqualTo(others + 1);
    }

    /// <summary>The server reads a little now and then: too little for a request, and enough not to be given up.</summary>
    private void Trickle(int ms)
    {
        for (int gone = 0; gone < ms; gone += 100)
        {
            _sim.SmfServer.Connection.ReadSome(1000);
            _sim.RunFor(100);
        }
    }
}
