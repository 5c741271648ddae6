using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Server;

/// <summary>One caller's connection: reads its requests, and writes the replies as they complete.</summary>
/// <remarks>
/// Only a lost connection or the server's stop ends it, because every header says where the next one begins. While there is no memory for a request,
/// it is not read.
/// </remarks>
#pragma warning disable CA1001 // A token source without timer holds nothing to dispose, and handlers may use its token after the connection's end.
internal sealed class SmfServedConnection : SmfReceiver, IServedConnection
#pragma warning restore CA1001
{
    /// <summary>Bytes of replies not read by their caller; beyond, its requests are not read. Replies of calls in progress may exceed it.</summary>
    public const int RepliesWaitingBytesMax = 1 << 20;

    private readonly SmfServer _server;
    private readonly TransportConnection _transport;
    private readonly SmfOutput _output;
    private readonly StallGuard _messageGuard;
    private readonly StallGuard _writeGuard;
    private readonly CancellationTokenSource _gone;
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Requests in progress, and one for the reading.
    private int _holds = 1;

    private SmfServerCall? _waiting;
    private SmfRoute? _route;
    // Taken for the request being received, and for decompressing it.
    private long _memoryBytes;
    private SmfUnpackRoom _unpackRoom;

    private bool _messageTimed;
    private volatile bool _draining;
    private volatile bool _aborted;

    public SmfServedConnection(SmfServer server, TransportConnection transport)
        : base(transport.Input)
    {
        _server = server;
        _transport = transport;
        _messageGuard = new StallGuard(transport, server.Options.MessageTimeout, server.Options.TimeProvider);
        _writeGuard = new StallGuard(transport, server.Options.StallTimeout, server.Options.TimeProvider);
        _output = new SmfOutput(transport.Output, _ => Abort(), _writeGuard, server.Memory);
        _gone = new CancellationTokenSource();
        Gone = _gone.Token;
    }

    public SmfServer Server => _server;

    public SmfOutput Output => _output;

    public string Peer => _transport.Peer;

    /// <summary>Cancelled when no reply can be sent any more.</summary>
    public CancellationToken Gone { get; }

    /// <summary>Whether the request that asks is the only one in progress.</summary>
    public bool IsAlone => Volatile.Read(ref _holds) <= 2;

    public async Task RunAsync()
    {
        Receive();
        await _received.Task.ConfigureAwait(false);
        await _settled.Task.ConfigureAwait(false);
        await _output.CloseAsync().ConfigureAwait(false);
        _messageGuard.Dispose();
        _writeGuard.Dispose();
    }

    public void Drain()
    {
        _draining = true;
        StopIfDrained();
    }

    public void Abort()
    {
        if (_aborted)
            return;
        _aborted = true;
        _transport.Abort();
        // On another thread, because callbacks of the handler may do anything.
        _ = _gone.CancelAsync();
        _ = _settled.TrySetResult();
    }

    /// <summary>A request has ended: its reply was handed over, or cannot be sent any more.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holds) == 0)
            _ = _settled.TrySetResult();
        else
            StopIfDrained();
    }

    /// <summary>Replies with a status only.</summary>
    public void Refuse(ushort session, uint status)
    {
        SmfHeader header = SmfPacked.Empty.Header(session, status);
        _output.Send(header, SmfPacked.Empty.Bytes.Span, IsAlone);
    }

    protected override bool OnHeader(in SmfHeader header)
    {
        uint status = Refusal(header);
        bool room = _output.BytesWaiting <= RepliesWaitingBytesMax;
        if (status != SmfStatus.Ok)
        {
            Refuse(header.Session, status);
            if (!room || _server.Memory.IsOverdrawn)
                Pause(TakeMemoryAsync(0));
            return false;
        }
        _unpackRoom = default;
        if (PrefixBytes(header) == 0)
            TakeMemory(header.Size);
        return true;
    }

    protected override int PrefixBytes(in SmfHeader header) => SmfDecompressor.PrefixBytes(header.Compression, header.Size);

    protected override bool OnPrefix(in SmfHeader header, ReadOnlySpan<byte> prefix)
    {
        long roomBytesMax = _server.Memory.Max - header.Size;
        _unpackRoom = SmfDecompressor.RoomFor(header.Compression, prefix, _server.Options.MessageBytesMax, roomBytesMax);
        if (_unpackRoom.Bytes > roomBytesMax)
        {
            Refuse(header.Session, SmfStatus.TooLarge);
            return false;
        }
        TakeMemory(header.Size + _unpackRoom.Bytes);
        return true;
    }

    protected override void OnMessage(in SmfHeader header, byte[] payload)
    {
        _ = Interlocked.Increment(ref _holds);
        var call = SmfServerCall.Begin(this, _route!, header, payload, _memoryBytes, _unpackRoom.ContentBytesMax);
        _memoryBytes = 0;
        if (_server.Calls.TryTake(1))
        {
            Add(call);
            return;
        }
        _waiting = call;
        Pause(_server.Calls.TakeAsync(1, Gone));
    }

    protected override void OnResumed()
    {
        if (_waiting is null)
            return;
        Add(_waiting);
        _waiting = null;
    }

    // From the first turn that leaves a request incomplete to the one that has all of it; waiting for memory or room is not the caller's fault.
    protected override void OnTurnOver()
    {
        if (IsWithinMessage == _messageTimed)
            return;
        _messageTimed = !_messageTimed;
        if (_messageTimed)
            _messageGuard.Begin();
        else
            _messageGuard.End();
    }

    protected override void OnEnded(Exception? reason)
    {
        if (reason is not null)
            Abort();
        _server.Memory.Return(_memoryBytes);
        _waiting?.Drop();
        _waiting = null;
        _ = _received.TrySetResult();
        Release();
    }

    private ValueTask RoomAsync() => _output.WaitForRoomAsync(RepliesWaitingBytesMax / 2);

    private void TakeMemory(long bytes)
    {
        if (_output.BytesWaiting <= RepliesWaitingBytesMax && _server.Memory.TryTake(bytes))
            _memoryBytes = bytes;
        else
            Pause(TakeMemoryAsync(bytes));
    }

    // Room for replies first: a caller that does not read them must not hold memory that others wait for.
    private async ValueTask TakeMemoryAsync(long bytes)
    {
        await RoomAsync().ConfigureAwait(false);
        await _server.Memory.TakeAsync(bytes, Gone).ConfigureAwait(false);
        _memoryBytes = bytes;
    }

    /// <summary>200, or why the request is rejected by its header.</summary>
    private uint Refusal(in SmfHeader header)
    {
        if (header.CheckRequest() is not SmfFault.None)
            return SmfStatus.BadRequest;
        if (header.Size > (uint)_server.Options.MessageBytesMax)
            return SmfStatus.TooLarge;
        if (_draining)
            return SmfStatus.Unavailable;
        _route = header.Meta == 0 ? null : _server.Routes.Find(header.Meta);
        return _route is null ? SmfStatus.NotFound : SmfStatus.Ok;
    }

    // Only the reading is left: nothing that arrives could be served.
    private void StopIfDrained()
    {
        if (_draining && Volatile.Read(ref _holds) == 1)
            StopReceiving();
    }
}
