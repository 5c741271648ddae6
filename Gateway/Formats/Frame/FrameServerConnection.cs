using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>A connection to a frame server, which carries one call at a time: the format has no call id.</summary>
/// <remarks>
/// Pooled → carrying a call → pooled, or closed. <see cref="OutgoingRequest"/> and <see cref="FrameReplyReader"/> hold the state of the
/// call; this type decides whether the connection can carry another one.
/// </remarks>
internal sealed class FrameServerConnection : ServerConnection
{
    private readonly OutgoingRequest _request;
    private readonly FrameReplyReader _reply;
    /// <summary>After this call the server stands at the start of the next request, by what the call has shown.</summary>
    private bool _isReusable;
    private RejectReason _loss;
    /// <summary>Where the request of the call begins in the stream.</summary>
    private long _requestStart;
    /// <summary>When the request was written whole; 0 before.</summary>
    private long _writtenUs;
    private long _countedMs;

    public FrameServerConnection(Loop loop, ISocket socket, Server server)
        : base(loop, socket, server, isExclusive: true)
    {
        _request = new OutgoingRequest(this);
        _reply = new FrameReplyReader(this);
    }

    /// <summary>Null in the pool, and when the connection only closes.</summary>
    public FrameCall? Call { get; private set; }

    /// <summary>The route of the call, or of the last one.</summary>
    public Route Route { get; private set; } = null!;

    public bool IsRequestBegun => _request.State != OutgoingRequestState.NotBegun;

    public bool IsRequestOver => _request.IsOver;

    public ReplyProgress Reply => _reply.Progress;

    /// <summary>The call takes the connection. What is written from now on is its request.</summary>
    public void Begin(FrameCall call)
    {
        Call = call;
        Route = call.Route!.Policy;
        _isReusable = true;
        _loss = RejectReason.ServerLost;
        _request.Reset();
        _reply.Begin();
        _requestStart = BytesSent;
        _writtenUs = 0;
        _countedMs = Loop.NowMs;
        OnCallBegun();
    }

    /// <summary>Continues a call of which another connection had sent nothing.</summary>
    /// <param name="unsent">The request, from its header on, as far as it has arrived.</param>
    /// <param name="isWhole">It is the whole request.</param>
    public void Continue(FrameCall call, ref OutputQueue unsent, bool isWhole)
    {
        Begin(call);
        _request.Continue();
        Output.TakeAll(ref unsent);
        QueueSend();
        if (isWhole)
            EndRequest();
    }

    /// <summary>Writes the header part of the request; its data part follows.</summary>
    public void BeginRequest(ReadOnlySpan<byte> headerJson) => _request.Begin(headerJson);

    /// <summary>The request is written completely.</summary>
    public void EndRequest()
    {
        _request.End();
        _writtenUs = Loop.NowUs;
        if (!_reply.IsExpected)
            EndCall();
    }

    /// <summary>The server may not stand at the start of the next request after this call: it gets no other one.</summary>
    public void ForbidReuse() => _isReusable = false;

    /// <summary>
    /// The reply begins. Octets that are not sent by then are dropped, because a server that answers early may read on in them as if they
    /// were its next call. What it received before cannot be taken back.
    /// </summary>
    public void OnReplyBegun()
    {
        if (!LeavesOctetsUnread || _request.IsSent || _request.State == OutgoingRequestState.Cut)
            return;
        _request.Cut(Call!.StopRequest());
        Loop.Counters.RequestsStopped++;
    }

    /// <summary>The header of a valid reply has arrived.</summary>
    public void NoteReply(ReplyError error)
    {
        HasReplied = true;
        // Of a stream the time says more of its length than of the server.
        bool isMeasured = _writtenUs != 0 && Route.RequestBody != DataType.Octets;
        Server.NoteReply((uint)error, isMeasured ? Loop.NowUs - _writtenUs : Server.Unmeasured);
    }

    /// <summary>The call did not move for as long as it may.</summary>
    public void NoteTimeout(bool callerOwesReading)
    {
        bool callerOwesRequest = !IsRequestOver && OutputBytes == 0;
        if (FaultRules.OfTimeout(callerOwesRequest, callerOwesReading) == FaultOrigin.Server)
            Server.NoteFault(ServerFault.NoReply);
    }

    /// <summary>The reply has been passed on completely.</summary>
    /// <param name="bytes">Of its data part.</param>
    /// <param name="nothingBehind">Nothing was received behind it, as it has to be: no other request was made.</param>
    public void EndReply(ReplyError error, long bytes, bool nothingBehind)
    {
        NoteReplyComplete();
        bool requestGoesOn = !_request.IsOver && _isReusable;
        Call!.EndReply(error, bytes, requestGoesOn);
        // A server that answers before it has the whole request may leave the rest unread.
        _isReusable &= nothingBehind && (!requestGoesOn || Server.Backend.DrainsOctets);
        if (!requestGoesOn)
            EndCall();
    }

    /// <summary>The server sent no valid reply. Its caller gets an error reply, or sees a broken one where some of it was passed on.</summary>
    /// <param name="why">For the log.</param>
    public void RejectReply(string why)
    {
        Server.NoteBadReply(Route, why);
        _loss = RejectReason.BadReply;
        Abort();
    }

    /// <summary>The call ends without its reply, and the connection closes with it.</summary>
    /// <param name="payloadBytesLeft">What the server still expects of the current frame of the request.</param>
    public void Abandon(long payloadBytesLeft)
    {
        Release();
        _request.Break(payloadBytesLeft);
    }

    /// <summary>Discards the part of the request that has not left yet.</summary>
    public void DropUnsent() => DropOutput();

    /// <summary>The caller has room for more of the reply.</summary>
    public void OnCallerRoom()
    {
        if (IsInputPaused)
            ResumeInput();
    }

    protected internal override void Leave()
    {
        Server.TakeFromPool(this);
        FrameOutput.Break(this, payloadBytesLeft: 0);
    }

    protected override int Consume(Span<byte> bytes)
    {
        int at = 0;
        while (!IsInputPaused && State == ConnectionState.Open && at < bytes.Length && _reply.Consume(bytes[at..]) is > 0 and var consumed)
            at += consumed;
        MessageBytes = _reply.WantedBytes;
        if (at == bytes.Length && _reply.SpliceBytes > 0 && Call is { } call)
            TrySplice(call.Caller, _reply.SpliceBytes);
        return at;
    }

    protected override void OnSpliced(int bytes)
    {
        if (_reply.TakeSpliced(bytes))
            ReadHeaderOnly();
    }

    protected override void OnSpliceLost(int bytes) => _reply.LoseSpliced(bytes);

    protected override void OnSinkFull() => PauseInput();

    protected override void OnOutputSent()
    {
        if (HasOutputRoom)
            Call?.Caller.OnServerRoom();
    }

    /// <summary>A call none of whose bytes was sent goes elsewhere, as if it came now.</summary>
    protected override void OnClosing()
    {
        if (Call is not { } call || !IsRequestBegun || BytesSent != _requestStart || IsSplicedInto || EndedForShortage || !call.MayMove)
            return;
        Release();
        Loop.Counters.CallsMoved++;
        call.Move(ref Output, isWhole: IsRequestOver);
    }

    protected override void OnClosed()
    {
        FrameCall? call = Call;
        Release();
        RejectReason why = EndedForShortage ? RejectReason.Exhausted : _loss;
        bool isLost = call is not null && why == RejectReason.ServerLost;
        if (isLost)
            Server.LogLost(calls: 1);
        JudgeEnd(callsLost: isLost ? 1 : 0);
        base.OnClosed();
        call?.OnConnectionLost(Reply, why);
    }

    /// <summary>A handler may answer before it has read all octets of its request, and its server then reads the rest as the next call.</summary>
    private bool LeavesOctetsUnread => Route.RequestBody == DataType.Octets && !Server.Backend.DrainsOctets;

    /// <summary>The reply is complete, and nothing more of the request is written.</summary>
    private void EndCall()
    {
        Release();
        if (_request.State == OutgoingRequestState.Cut)
            _request.Break(payloadBytesLeft: 0);
        else if (!_isReusable)
            Abort();
        else if (LeavesOctetsUnread)
            Leave();
        else
            Server.GiveBack(this);
    }

    private void Release()
    {
        if (Call is null)
            return;
        Call = null;
        OnCallEnded(_countedMs);
    }
}
