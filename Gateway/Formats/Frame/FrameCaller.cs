using System.Runtime.CompilerServices;
using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>
/// A caller of the frame format: one call at a time, each on an exclusive connection. Pipelined requests wait in the caller's
/// connection and are answered in order.
/// </summary>
internal sealed class FrameCaller : Caller
{
    private readonly FrameCall _call;
    private readonly Block _gather;

    /// <param name="gather">Shared by all frame callers of the worker. Its content lasts until the next part is joined.</param>
    public FrameCaller(WorkerContext context, ListenerLedger ledger, Block gather, ISocket socket, Action onClosed)
        : base(context, ledger, socket, onClosed)
    {
        _gather = gather;
        _call = new FrameCall(this);
        Reader = new FrameRequestReader(this, _call, gather);
    }

    public FrameRequestReader Reader { get; }

    /// <summary>Room to join a part that arrived in several frames. Its content lasts until the next one is joined.</summary>
    public Span<byte> GatherRoom => _gather.Span;

    public long WriteTimeoutMs => Context.WriteTimeoutMs;

    public long BytesPerSecondMin => Context.Limits.BytesPerSecondMin;

    /// <summary>The caller does not read at the moment.</summary>
    public bool IsBlocked => IsSendBlocked;

    /// <summary>Not while a call is in progress: a stream may pause for the timeout of its route.</summary>
    protected override bool MustRead => _call.Route is null;

    public void Hold(InputHold why) => HoldInput(why);

    public void Release(InputHold why) => ReleaseInput(why);

    /// <summary>No more of the request goes to the server.</summary>
    public void StopSplicing() => CutOutgoing();

    public void NoteRejected(RejectReason why) => Context.NoteRejected(why);

    /// <summary>The server connection has room for more of the request.</summary>
    public void OnServerRoom() => ReleaseInput(InputHold.Upload);

    /// <summary>Reads the header and begins the call on its route. False when the request was rejected.</summary>
    [SkipLocalsInit]
    public bool Route(ReadOnlySpan<byte> json)
    {
        Span<byte> text = stackalloc byte[MessageHeader.BytesMax];
        MessageHeaderFault fault = MessageHeader.TryRead(json, text, out MessageHeader header);
        if (fault != MessageHeaderFault.None)
            return Reject(FrameErrors.Of(fault));
        if (FindRoute(header.Endpoint) is not { } route)
            return Reject(FrameErrors.NoRoute(header.Endpoint));
        _call.Count(route);
        if (Context.IsDraining)
            return Reject(FrameErrors.Of(RejectReason.Draining));
        if (FrameErrors.OfTypes(header, route.Policy) is { } wrong)
            return Reject(wrong);
        _call.Begin(route);
        return true;
    }

    /// <summary>The start of the next frame is unknown: sends an error, unless a reply has begun, and ends the connection.</summary>
    public int Desynchronise()
    {
        ReplyProgress reply = _call.Reply;
        _call.BreakConnection();
        if (_call.IsReplyUnfinished)
        {
            _call.BreakReply(reply);
            return 0;
        }
        _call.RejectAtOnce(FrameErrors.Desynchronised);
        SendResetFrame();
        return 0;
    }

    /// <summary>A reset frame lies behind a request that waits for a connection: its caller has left, and no server gets the request.</summary>
    public void LeaveUnserved()
    {
        _call.BreakConnection();
        SendResetFrame();
    }

    /// <summary>More of the rest of a refused request has come than is read away.</summary>
    public void OnRestTooLong() => EndRest();

    /// <summary>After each read, and where a request is refused without one.</summary>
    public void WatchRequest()
    {
        if (!IsConsuming)
            WatchRequest(HeldBytes);
    }

    /// <summary>A server answers a reset frame, or an end of the stream, with a reset frame of its own.</summary>
    public void SendResetFrame()
    {
        if (State != ConnectionState.Open)
            return;
        _call.EndEntry();
        Write(FrameHeader.Reset);
        EndAfterOutput();
    }

    /// <summary>The next request can be read; it may have arrived already.</summary>
    public void OnCallEnded()
    {
        Reader.Reset();
        AwaitNothing();
        MessageBytes = Reader.WantedBytes;
        if (OutputBytes > RepliesHoldBytes)
            HoldInput(InputHold.Replies);
        ReleaseInput(InputHold.Turn);
        // A request that arrived meanwhile is not read yet. It is answered before the connection ends.
        if (!MayHaveUnread)
            OnNothingToRead();
    }

    public override void LeaveWhenIdle()
    {
        if (IsIdle && !IsConsuming)
            SendResetFrame();
    }

    protected override int Consume(Span<byte> bytes)
    {
        int at = 0;
        while (!IsInputPaused && State == ConnectionState.Open && at < bytes.Length && Reader.Consume(bytes[at..]) is > 0 and var consumed)
            at += consumed;
        MessageBytes = Reader.WantedBytes;
        WatchRequest(bytes.Length - at);
        if (at == bytes.Length && Reader.SpliceBytes > 0)
            TrySplice(_call.Connection!, Reader.SpliceBytes);
        if (Context.IsDraining && at == bytes.Length && Reader.IsIdle)
            SendResetFrame();
        return at;
    }

    protected override void OnRequestOverdue()
    {
        _call.RejectAtOnce(FrameErrors.Of(RejectReason.RequestTimedOut));
        SendResetFrame();
    }

    /// <summary>The answer waits until the rest of its request is discarded. It is sent now, unless the reply is there already.</summary>
    protected override void OnRestOverdue()
    {
        _call.RejectAtOnce(FrameErrors.Of(RejectReason.Malformed));
        SendResetFrame();
    }

    protected override void OnStreamPaused()
    {
        if (Reader.StopWaitingForMore())
            ResumeInput();
    }

    /// <summary>A caller that has left says so behind its request, which may still wait for a connection.</summary>
    protected override void OnArrivedWhilePaused()
    {
        if (Reader.HeldRequestBytes is not (> 0 and var requestBytes))
            return;
        ReadBehindHeld(requestBytes + FrameHeader.Bytes - HeldBytes);
        if (!IsClosed)
            Reader.LookBehind(HeldInput);
    }

    protected override void OnSpliced(int bytes)
    {
        if (Reader.TakeSpliced(bytes))
            ReadHeaderOnly();
    }

    protected override void OnSinkFull() => HoldInput(InputHold.Upload);

    protected override void OnSpliceLost(int bytes) => Reader.LoseSpliced(bytes);

    protected override void OnPeerEnded()
    {
        if (IsIdle)
        {
            SendResetFrame();
            return;
        }
        // The request is incomplete: neither the server may take it for complete, nor the caller a reply that has begun.
        ReplyProgress reply = _call.Reply;
        _call.BreakConnection();
        if (_call.IsReplyUnfinished)
            _call.BreakReply(reply);
        else
            SendResetFrame();
    }

    protected override void OnNothingToRead()
    {
        if (Context.IsDraining)
            LeaveWhenIdle();
    }

    protected override void OnOutputSent()
    {
        if (HasOutputRoom)
            _call.Connection?.OnCallerRoom();
        base.OnOutputSent();
    }

    protected override void OnClosed()
    {
        _call.OnCallerClosed();
        base.OnClosed();
    }

    /// <summary>Each read of a stream's beginning is followed by a pause of its own; anything else has one time from its first byte.</summary>
    private void WatchRequest(int bytesLeft)
    {
        Awaited what = IsInputPaused || State != ConnectionState.Open ? Awaited.Nothing : Reader.Awaits(bytesLeft);
        Await(what, key: what switch
        {
            Awaited.MoreOfStream => BytesReceived,
            Awaited.Request => BytesReceived - bytesLeft,
            _ => 0,
        });
    }

    protected override bool IsIdle => Reader.IsIdle && HeldBytes == 0;

    protected override void EndIdle() => SendResetFrame();

    /// <summary>Compares the name as well, because a CRC-32 is easily forged.</summary>
    private RouteState? FindRoute(ReadOnlySpan<byte> endpoint)
    {
        RouteState? route = Context.Routes.Find(RequestId.ForEndpoint(endpoint).Value);
        return route is not null && route.Format == WireFormat.Frame && endpoint.SequenceEqual(route.Policy.Endpoint) ? route : null;
    }

    private bool Reject(FrameError error)
    {
        _call.Reject(error);
        return false;
    }
}
