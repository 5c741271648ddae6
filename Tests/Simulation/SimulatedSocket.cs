using System.Buffers;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Gateway.Sockets.Pipes;

namespace FrameRpc.Tests.Simulation;

/// <summary>
/// One end of a simulated connection, behaving as in the kernel: one edge per change, short sends when the buffer fills up, data before the end of a
/// stream, a reset after a close with unread bytes.
/// </summary>
internal sealed class SimulatedSocket(
    SimulatedWorld world, int number, SimulatedPipe incoming, SimulatedPipe outgoing, SocketKind kind, bool canSplice) : Watched, ISocket
{
    private const int Epipe = 32, Econnreset = 104;

    private bool _watchesWritable = kind == SocketKind.Tcp;
    private bool _sentEnd;
    private int _lowWaterMarkBytes = 1;
    private bool _askedOutcome;
    private int _error;
    private bool _isClosed;
    private SimulatedNetwork? _network;

    /// <summary>The connection's number, the same at both ends.</summary>
    public int Number => number;

    /// <summary>The scripted peer at this end; null for the gateway's end.</summary>
    public FarEnd? FarEnd { get; set; }

    public SimulatedSocket Peer { get; set; } = null!;

    public SocketKind Kind => kind;

    public bool CanSplice => canSplice;

    public bool CanReset => kind == SocketKind.Tcp;

    public override bool IsClosed => _isClosed;

    /// <summary>It is open in the gateway's process.</summary>
    public bool HasDescriptor { get; set; }

    /// <summary>Not yet connected: nothing can be sent or received.</summary>
    public bool IsConnecting { get; set; }

    /// <summary>Connected, but not yet reported: the next report includes writable.</summary>
    public bool IsOutcomeUnreported { get; set; }

    /// <summary>If set, records the length of each write.</summary>
    public List<int>? Writes { get; set; }

    /// <summary>Delivered bytes that were not read.</summary>
    public int UnreadBytes => incoming.Arrived;

    /// <summary>Whether enough has arrived to be reported. If the sender has no room for more, any amount is enough.</summary>
    public bool HasEnoughToReport =>
        incoming.EndArrived || incoming.ResetArrived || (incoming.Arrived > 0 && (incoming.Arrived >= _lowWaterMarkBytes || incoming.Room == 0));

    public int UnreceivedBytes => outgoing.Count;

    public override Readiness Level
    {
        get
        {
            if (IsConnecting)
                return Readiness.None;
            if (_error != 0)
                return Readiness.Failed | Readiness.PeerEnded | Readiness.Readable | Readiness.Writable;
            Readiness level = Readiness.None;
            if (HasEnoughToReport)
                level |= Readiness.Readable;
            if (incoming.EndArrived)
                level |= Readiness.PeerEnded;
            if (incoming.EndArrived && (CanReset ? _sentEnd : Peer.IsClosed))
                level |= Readiness.Failed;
            if (outgoing.IsWritable && (_watchesWritable || IsOutcomeUnreported))
                level |= Readiness.Writable;
            return incoming.ResetArrived ? level | Readiness.Readable | Readiness.PeerEnded | Readiness.Failed : level;
        }
    }

    public override void NoteReported() => IsOutcomeUnreported = false;

    /// <summary>Starts to be watched by this network, which reports at once what it is already ready for, as the kernel does.</summary>
    public void Adopt(SimulatedNetwork network)
    {
        _network = network;
        network.Raise(this);
    }

    /// <summary>Something has changed: notifies the owner of this end, or a later owner when it takes it over.</summary>
    public void Raise()
    {
        if (FarEnd is not null)
            world.RaiseFar(this);
        else
            _network?.Raise(this);
    }

    public string DescribePeer() => "far end";

    public int ConnectError()
    {
        if (IsConnecting)
            throw new InvalidOperationException("asked for the outcome of a connection attempt before there is one");
        if (_askedOutcome)
            throw new InvalidOperationException("asked twice for the outcome of a connection attempt");
        _askedOutcome = true;
        return _error;
    }

    public Transfer Receive(Span<byte> buffer)
    {
        ThrowIfUnusable();
        world.NoteActivity();
        if (buffer.IsEmpty)
            throw new InvalidOperationException("received into nothing, which looks like the end of the stream");
        if (incoming.Arrived > 0)
        {
            int read = incoming.Read(buffer);
            Note("socket {0}: the gateway receives {1}", "socket {0}: the peer receives {1}", read);
            return Transfer.Done(read);
        }
        if (incoming.ResetArrived || _error != 0)
            return Transfer.Failed(Econnreset);
        return incoming.EndArrived ? Transfer.EndOfStream : Transfer.WouldBlock;
    }

    public Transfer Receive(IPipe pipe, int bytesMax)
    {
        ThrowIfNotSpliced();
        var target = (SimulatedSplicePipe)pipe;
        int room = Math.Min(bytesMax, target.Room);
        if (bytesMax <= 0)
            throw new InvalidOperationException("spliced nothing, which looks like the end of the stream");
        if (world.Conditions.FillError != 0 && RefusesSplice)
            return Transfer.Failed(world.Conditions.FillError);
        if (room == 0)
            return Transfer.WouldBlock;
        byte[] piece = ArrayPool<byte>.Shared.Rent(room);
        Transfer received = Receive(piece.AsSpan(0, room));
        target.Put(piece.AsSpan(0, received.Bytes));
        ArrayPool<byte>.Shared.Return(piece);
        return received;
    }

    public void SetReceiveLowWaterMark(int bytes)
    {
        if (!CanReset || IsClosed || bytes == _lowWaterMarkBytes)
            return;
        _lowWaterMarkBytes = bytes;
        // As in the kernel: what is already there may be enough now.
        if (HasEnoughToReport)
            Raise();
    }

    public Transfer Send(IPipe pipe, bool moreFollows)
    {
        ThrowIfNotSpliced();
        var source = (SimulatedSplicePipe)pipe;
        if (world.Conditions.EmptyError != 0 && RefusesSplice)
            return Transfer.Failed(world.Conditions.EmptyError);
        Transfer sent = Send(source.Content, moreFollows);
        source.Take(sent.Bytes);
        return sent;
    }

    public Transfer Send(ReadOnlySpan<byte> bytes, bool moreFollows)
    {
        Transfer possible = MaySend(bytes.Length);
        if (possible.Status != TransferStatus.Done || outgoing.ReaderGone)
            return possible;
        outgoing.Write(bytes[..possible.Bytes]);
        NoteSent(possible.Bytes);
        return possible;
    }

    public Transfer Send(ReadOnlySpan<Segment> segments, bool moreFollows)
    {
        int offered = 0;
        foreach (Segment segment in segments)
            offered += segment.Bytes;
        Transfer possible = MaySend(offered);
        if (possible.Status != TransferStatus.Done || outgoing.ReaderGone)
            return possible;
        int left = possible.Bytes;
        foreach (Segment segment in segments)
        {
            int taken = Math.Min(left, segment.Bytes);
            outgoing.Write(segment.Span[..taken]);
            left -= taken;
        }
        NoteSent(possible.Bytes);
        return possible;
    }

    public void EndSending()
    {
        if (_sentEnd || IsClosed)
            return;
        world.NoteActivity();
        _sentEnd = true;
        Note("socket {0}: the gateway ends its stream", "socket {0}: the peer ends its stream");
        outgoing.SendEnd();
    }

    public void Close()
    {
        if (IsClosed)
            return;
        Leave("socket {0}: the gateway closes", "socket {0}: the peer closes");
        if (!CanReset)
            Peer.Raise();
        if (incoming.Count > 0)
            outgoing.SendReset();
        else if (!_sentEnd)
            outgoing.SendEnd();
    }

    public void Abort()
    {
        if (IsClosed)
            return;
        if (!CanReset)
        {
            Close();
            return;
        }
        Leave("socket {0}: the gateway resets", "socket {0}: the peer resets");
        outgoing.SendReset();
    }

    /// <summary>The connection attempt has ended.</summary>
    public void FinishConnecting(int error)
    {
        IsConnecting = false;
        IsOutcomeUnreported = true;
        _error = error;
        world.Events.Note(error == 0 ? "socket {0} is connected" : "socket {0} cannot be connected: error {1}", number, error);
        Raise();
    }

    /// <summary>A reset was returned for bytes sent to a closed socket.</summary>
    public void Break()
    {
        _error = Econnreset;
        Raise();
    }

    private void Leave(string asGateway, string asPeer)
    {
        world.NoteActivity();
        Note(asGateway, asPeer);
        _isClosed = true;
        incoming.ReaderGone = true;
        if (!HasDescriptor)
            return;
        HasDescriptor = false;
        world.Descriptors.Release();
    }

    private void NoteSent(int bytes)
    {
        Writes?.Add(bytes);
        Note("socket {0}: the gateway sends {1}", "socket {0}: the peer sends {1}", bytes);
    }

    private void Note(string asGateway, string asPeer, int bytes = 0) => world.Events.Note(FarEnd is null ? asGateway : asPeer, number, bytes);

    private Transfer MaySend(int bytes)
    {
        ThrowIfUnusable();
        world.NoteActivity();
        if (bytes == 0)
            throw new InvalidOperationException("sent nothing");
        if (_error != 0 || incoming.ResetArrived || _sentEnd)
            return Transfer.Failed(Epipe);
        if (outgoing.ReaderGone)
        {
            if (!CanReset)
                return Transfer.Failed(Epipe);
            Break();
            return Transfer.Done(bytes);
        }
        int room = outgoing.Room;
        if (room < bytes)
            outgoing.WriterWaits = true;
        if (room == 0)
        {
            _watchesWritable = true;
            return Transfer.WouldBlock;
        }
        return Transfer.Done(world.Shorten(Math.Min(room, bytes)));
    }

    private bool RefusesSplice => world.Conditions.SpliceErrorKind is not { } refused || refused == kind;

    private void ThrowIfNotSpliced()
    {
        if (!canSplice)
            throw new InvalidOperationException("spliced although the socket says that it cannot be");
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (IsConnecting)
            throw new InvalidOperationException("used before it was connected");
    }
}
