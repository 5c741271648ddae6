using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
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
        Server.CallsInFlight++;
    }

    /// <summary>Writes the header part of the request; its data part follows.</summary>
    public void BeginRequest(ReadOnlySpan<byte> headerJson) => _request.Begin(headerJson);

    /// <summary>The request is written completely.</summary>
    public void EndRequest()
    {
        _request.End();
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

    /// <summary>The reply has been passed on completely.</summary>
    /// <param name="bytes">Of its data part.</param>
    /// <param name="nothingBehind">Nothing was received behind it, as it has to be: no other request was made.</param>
    public void EndReply(ReplyError error, long bytes, bool nothingBehind)
    {
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

    protected override void OnPeerEnded() => Close();

    protected override void OnClosed()
    {
        FrameCall? call = Call;
        Release();
        base.OnClosed();
        if (call is null)
            return;
        RejectReason why = EndedForShortage ? RejectReason.Exhausted : _loss;
        if (why == RejectReason.ServerLost)
            Server.NoteLost(calls: 1);
        call.OnConnectionLost(Reply, why);
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
        Server.CallsInFlight--;
    }
}
