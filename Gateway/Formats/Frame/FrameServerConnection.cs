using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>A connection to a frame server, which carries one call at a time: the format has no call id.</summary>
internal sealed partial class FrameServerConnection : ServerConnection
{
    private FrameCall? _call;
    private Route _route = null!;
    private bool _requestBegun;
    private bool _requestEnded;
    /// <summary>The server may not stand where the next request begins, by what this call has shown.</summary>
    private bool _mayBeDesynchronised;
    /// <summary>The request was stopped by its reply: what the server still expects of the frame it is in will not come.</summary>
    private bool _isRequestCut;
    private long _cutPayloadBytesLeft;
    private RejectReason _loss;

    public FrameServerConnection(Loop loop, ISocket socket, Server server)
        : base(loop, socket, server, isExclusive: true)
    {
    }

    /// <summary>What the caller still expects of the reply's frame it is in.</summary>
    public long ReplyBytesLeft => _phase == Phase.Data ? _part.SinkBytesLeft : 0;

    /// <summary>What the caller has got of the reply's data part.</summary>
    public long ReplyBytesPassed => _phase == Phase.Data ? _part.BytesPassed : 0;

    /// <summary>The call takes the connection. What it writes from now on is its request.</summary>
    public void Begin(FrameCall call)
    {
        _call = call;
        _route = call.Route!.Policy;
        _requestBegun = false;
        _requestEnded = false;
        _isRequestCut = false;
        _mayBeDesynchronised = false;
        _loss = RejectReason.ServerLost;
        _phase = Phase.Header;
        _scan = default;
        Server.CallsInFlight++;
    }

    /// <summary>Writes the header part of the request; its data part follows.</summary>
    public void BeginRequest(ReadOnlySpan<byte> headerJson)
    {
        _requestBegun = true;
        FrameOutput.WriteHeader(this, headerJson);
    }

    /// <summary>The request is written whole.</summary>
    public void EndRequest()
    {
        _requestEnded = true;
        GiveBackWhenDone();
    }

    /// <summary>The request ends with a reset frame of its caller, and the server may do with it what it likes.</summary>
    public void NoteRequestBroken() => _mayBeDesynchronised = true;

    /// <summary>The request will not be completed: it is broken off so that the server cannot take it for whole.</summary>
    /// <param name="payloadBytesLeft">What the server still expects of the frame it is in.</param>
    public void BreakRequest(long payloadBytesLeft)
    {
        Release();
        if (_isRequestCut)
            EndCut();
        else
            FrameOutput.Break(this, payloadBytesLeft);
    }

    /// <summary>The call is over for the caller; whatever the server still does with it is of no interest, and the connection has lost its place.</summary>
    public void GiveUp()
    {
        Release();
        if (_isRequestCut)
        {
            EndCut();
            return;
        }
        // The request is whole. Where a reset does not exist, what is not sent of it has to follow, or it would end deceptively.
        if (CanReset || OutputBytes == 0)
            Abort();
        else
            FrameOutput.Break(this, payloadBytesLeft: 0);
    }

    protected internal override void Leave()
    {
        Server.TakeFromPool(this);
        FrameOutput.Break(this, payloadBytesLeft: 0);
    }

    protected override void OnOutputSent()
    {
        if (HasOutputRoom)
            _call?.Caller.OnServerRoom();
    }

    protected override void OnPeerEnded() => Close();

    protected override void OnClosed()
    {
        FrameCall? call = _call;
        Release();
        base.OnClosed();
        if (call is null)
            return;
        RejectReason why = EndedForShortage ? RejectReason.Exhausted : _loss;
        if (why == RejectReason.ServerLost)
            Server.NoteLost(calls: 1);
        call.OnConnectionLost(ReplyBytesPassed, ReplyBytesLeft, why);
    }

    private void Release()
    {
        if (_call is null)
            return;
        _call = null;
        Server.CallsInFlight--;
    }

    private void GiveBackWhenDone()
    {
        if (_phase != Phase.Done || !_requestEnded || IsClosed)
            return;
        _phase = Phase.Idle;
        Release();
        if (_isRequestCut)
            EndCut();
        else if (_mayBeDesynchronised || !HasNothingBehind || State != ConnectionState.Open)
            Abort();
        else if (LeavesOctetsUnread)
            Leave();
        else
            Server.GiveBack(this);
    }

    /// <summary>A handler may answer before it has read all octets of its request. Its server then takes the rest for the next call, so that there must be none.</summary>
    private bool LeavesOctetsUnread => _route.RequestBody == DataType.Octets && !Server.Backend.DrainsOctets;

    /// <summary>
    /// The reply to octets begins before all of them were sent: what was not sent is dropped, because a server that answers
    /// early may read on in them as if they were its next call. What it had got by then nothing can take back.
    /// </summary>
    private void StopRequestIfEarly()
    {
        bool isSent = _requestEnded && OutputBytes == 0;
        if (isSent || _isRequestCut || !LeavesOctetsUnread)
            return;
        _requestEnded = true;
        _isRequestCut = true;
        _cutPayloadBytesLeft = _call!.StopRequest();
        Loop.Counters.RequestsStopped++;
        // A Unix socket cannot be reset, so that its frame has to be filled up, and what waits of it belongs to that.
        if (CanReset)
            DropOutput();
    }

    /// <summary>The server must not take for whole what was stopped, even if it still reads it.</summary>
    private void EndCut()
    {
        if (CanReset)
            Abort();
        else
            FrameOutput.Break(this, _cutPayloadBytesLeft);
    }
}
