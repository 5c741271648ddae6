using System.Text;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Tests.Simulation;

namespace FrameRpc.Tests.EventLoop;

/// <summary>Passes so many bytes of its input on to another connection, and keeps what it consumes itself.</summary>
internal sealed class RelayConnection : Connection
{
    private readonly StringBuilder _consumed = new();
    private readonly SimulatedSocket _socket;
    private RelayConnection? _waiting;
    private long _relayBytesLeft;
    private Action? _onEnded;

    public RelayConnection(Loop loop, SimulatedSocket socket)
        : base(loop, socket, ConnectionState.Open)
    {
        _socket = socket;
        socket.Writes = [];
    }

    public string ConsumedText => _consumed.ToString();

    /// <summary>The length of each write to its socket.</summary>
    public List<int> Writes => _socket.Writes!;

    public int LostBytes { get; private set; }

    public bool SawPeerEnd { get; private set; }

    /// <summary>Does not wait for a sink that is full.</summary>
    public bool TakesOutOfPipe { get; set; }

    public void RelayTo(RelayConnection sink, int bytes, Action? onEnded = null)
    {
        sink._waiting = this;
        _relayBytesLeft = bytes;
        _onEnded = onEnded;
        TrySplice(sink, bytes);
    }

    protected override int Consume(Span<byte> bytes)
    {
        _consumed.Append(Encoding.ASCII.GetString(bytes));
        return bytes.Length;
    }

    protected override void OnSpliced(int bytes)
    {
        _relayBytesLeft -= bytes;
        if (_relayBytesLeft == 0)
            _onEnded?.Invoke();
    }

    protected override void OnSpliceLost(int bytes) => LostBytes += bytes;

    protected override void OnSinkFull()
    {
        if (TakesOutOfPipe)
            TakeOutOfPipe();
        else
            PauseInput();
    }

    protected override void OnOutputSent()
    {
        if (HasOutputRoom && _waiting is { IsInputPaused: true })
            _waiting.ResumeInput();
    }

    protected override void OnPeerEnded() => SawPeerEnd = true;

    protected override void OnClosed()
    {
    }
}
