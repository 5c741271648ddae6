using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;

namespace FrameRpc.Gateway.Proxy.Frames;

/// <summary>A connection to a frame server, which carries one call at a time: the format has no call id.</summary>
internal sealed partial class FrameLane : Lane
{
    private FrameCaller? _caller;
    private bool _requestWasJson;
    private bool _requestEnded;
    private bool _isReusable;
    private Refusal _loss;

    public FrameLane(EventLoop loop, ISocket socket, Server server)
        : base(loop, socket, server, isExclusive: true)
    {
    }

    /// <summary>What the caller still expects of the reply's frame it is in.</summary>
    public long ReplyBytesLeft => _phase == Phase.Data ? _part.SinkBytesLeft : 0;

    /// <summary>What the caller has got of the reply's data part.</summary>
    public long ReplyBytesPassed => _phase == Phase.Data ? _part.BytesPassed : 0;

    /// <summary>The call takes the lane. What it writes from now on is its request.</summary>
    public void Begin(FrameCaller caller, bool isJson)
    {
        _caller = caller;
        _requestWasJson = isJson;
        _requestEnded = false;
        _isReusable = true;
        _loss = Refusal.ServerLost;
        _phase = Phase.Header;
        _scan = default;
        Server.CallsInFlight++;
    }

    /// <summary>The request is written whole.</summary>
    public void EndRequest()
    {
        _requestEnded = true;
        GiveBackWhenDone();
    }

    /// <summary>The request ends with a reset frame of its caller, and the server may do with it what it likes.</summary>
    public void NoteRequestBroken() => _isReusable = false;

    /// <summary>The request will not be completed: it is broken off so that the server cannot take it for whole.</summary>
    /// <param name="payloadBytesLeft">What the server still expects of the frame it is in.</param>
    public void BreakRequest(long payloadBytesLeft)
    {
        Release();
        FrameOutput.Break(this, payloadBytesLeft);
    }

    /// <summary>The call is over for the caller; whatever the server still does with it is of no interest, and the lane has lost its place.</summary>
    public void GiveUp()
    {
        Release();
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
            _caller?.OnLaneRoom();
    }

    protected override void OnPeerEnded() => Close();

    protected override void OnClosed()
    {
        FrameCaller? caller = _caller;
        Release();
        base.OnClosed();
        if (caller is null)
            return;
        if (_loss == Refusal.ServerLost)
            Server.NoteLost(calls: 1);
        caller.OnLaneLost(ReplyBytesPassed, ReplyBytesLeft, _loss);
    }

    private void Release()
    {
        if (_caller is null)
            return;
        _caller = null;
        Server.CallsInFlight--;
    }

    private void GiveBackWhenDone()
    {
        if (_phase != Phase.Done || !_requestEnded || IsClosed)
            return;
        _phase = Phase.Idle;
        Release();
        if (_isReusable && State == ConnectionState.Open && HasNothingBehind)
            Server.GiveBack(this);
        else
            Abort();
    }
}
