using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>
/// A large request whose connection ended before any of it was sent: it waits for another one, with what has arrived of it. Rare, so that it is not
/// pooled.
/// </summary>
internal sealed class SmfMovedRequest : ConnectionRequest
{
    private readonly SmfCall _call;
    private readonly SmfUpload? _upload;
    private OutputQueue _unsent;

    /// <param name="unsent">What the connection had to send: the request from its header on. Empty afterwards.</param>
    /// <param name="upload">The sender of the rest; null if the request is whole.</param>
    public SmfMovedRequest(SmfCall call, ref OutputQueue unsent, SmfUpload? upload)
    {
        _call = call;
        _upload = upload;
        _unsent.TakeAll(ref unsent);
        call.Moved = this;
    }

    protected internal override uint Key => _call.Caller!.KeyFor(_call.Route.Backend);

    public void Begin()
    {
        _upload?.Suspend();
        _call.Route.Backend.Acquire(this);
    }

    /// <summary>It waited until its time was up.</summary>
    public void OnTimedOut(RejectReason why)
    {
        why = _call.Route.Backend.WaitReason(why);
        _call.Route.Backend.Cancel(this);
        OnNoConnection(why);
    }

    /// <summary>Its caller is gone.</summary>
    public void Abandon()
    {
        _call.Route.Backend.Cancel(this);
        End();
    }

    protected internal override void OnConnection(ServerConnection connection)
    {
        if (!_call.IsDeliverable)
        {
            End();
            connection.Server.GiveBack(connection);
            return;
        }
        _call.Moved = null;
        ((SmfServerConnection)connection).ContinueLarge(_call, ref _unsent, _upload);
        _upload?.Resume();
    }

    protected internal override void OnNoConnection(RejectReason why)
    {
        SmfCaller? caller = _call.Caller;
        caller?.RejectCall(_call, why);
        // The answer may be too much for a caller that reads nothing: then the call has ended with the caller's connection.
        if (_call.Moved == this)
            End();
    }

    private void End()
    {
        _unsent.Clear();
        _call.Moved = null;
        _call.End(_call.Route.Backend.Loop);
    }
}
