using FrameRpc.Gateway.Backends;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>
/// The large request that a caller is sending: waits for an exclusive connection, then passes the body on as it arrives, never
/// held whole. A caller sends its requests one after the other, so it has one such object, which is reused.
/// </summary>
internal sealed class SmfUpload(SmfCaller caller, SmfRequestReader reader) : ConnectionRequest
{
    private SmfUploadState _state;
    private SmfCall? _call;
    private SmfHeader _header;
    private long _bytesLeft;
    private PaceWindow _sending;

    /// <summary>The root table's vtable, if it lies behind the head of the body and has not arrived yet.</summary>
    private SmfTableOutline? _farVtable;

    public bool IsActive => _state != SmfUploadState.Idle;

    /// <summary>The connection that takes the body; null unless it is being passed on.</summary>
    public SmfServerConnection? Connection => _state == SmfUploadState.Passing ? _call!.ServerConnection : null;

    /// <summary>What can be passed on before something has to be checked, or the body ends.</summary>
    public long BytesToPass => _farVtable is { } outline ? outline.VtablePosition - (_header.Size - _bytesLeft) : _bytesLeft;

    public bool IsOf(SmfCall call) => _call == call;

    protected internal override uint Key => caller.KeyFor(_call!.Route.Backend);

    public void Begin(SmfCall call, SmfHeader header, SmfTableOutline? farVtable)
    {
        Transition(SmfUploadState.Waiting);
        _call = call;
        _header = header;
        _bytesLeft = header.Size;
        _farVtable = farVtable;
        caller.Hold(InputHold.Upload);
        call.Route.Backend.Acquire(this);
    }

    /// <summary>Passes on what has arrived of the body.</summary>
    /// <returns>How much was used; 0 if more has to arrive first.</returns>
    public int Consume(ReadOnlySpan<byte> bytes)
    {
        if (BytesToPass == 0)
        {
            if (bytes.Length < SmfTableOutline.VtableBytes)
                return 0;
            if (!_farVtable!.Value.IsVtable(bytes))
                return Reject(bytes);
            _farVtable = null;
        }
        int taken = (int)Math.Min(bytes.Length, BytesToPass);
        Pass(bytes[..taken]);
        return taken;
    }

    public void OnSpliced(int bytes)
    {
        _bytesLeft -= bytes;
        _call!.NoteRequestPassed(bytes, caller.Loop.NowMs);
        if (_bytesLeft == 0)
            EndBody();
    }

    public void OnSpliceLost(int bytes) => _bytesLeft -= bytes;

    /// <summary>The connection has taken what was written; there may be more.</summary>
    public void OnRoom() => caller.Release(InputHold.Upload);

    /// <summary>The call is answered already: the rest of the request is discarded as it arrives.</summary>
    public void Stop()
    {
        if (!IsActive)
            return;
        caller.StopSplicing();
        Transition(SmfUploadState.Idle);
        _call = null;
        _farVtable = null;
        reader.Discard(_bytesLeft);
        caller.Release(InputHold.Upload);
    }

    /// <summary>The connection ended before any of the request was sent: the rest waits in the caller's connection until there is another one.</summary>
    public void Suspend()
    {
        Transition(SmfUploadState.Moving);
        caller.Hold(InputHold.Upload);
    }

    /// <summary>Another connection takes the request.</summary>
    public void Resume()
    {
        Transition(SmfUploadState.Passing);
        caller.Release(InputHold.Upload);
    }

    /// <summary>The caller is gone, or ended its stream inside the body.</summary>
    public void Abandon()
    {
        if (!IsActive)
            return;
        SmfCall call = _call!;
        SmfUploadState state = _state;
        Transition(SmfUploadState.Idle);
        _call = null;
        switch (state)
        {
            case SmfUploadState.Passing:
                call.ServerConnection!.OnUploaderGone();
                break;
            case SmfUploadState.Moving:
                call.Moved!.Abandon();
                break;
            default:
                call.Route.Backend.Cancel(this);
                call.End(caller.Loop);
                break;
        }
    }

    /// <summary>The call waited for a connection until its time was up.</summary>
    public void OnTimedOut(RejectReason why)
    {
        Backend backend = _call!.Route.Backend;
        why = backend.WaitReason(why);
        backend.Cancel(this);
        EndWithoutConnection(why);
    }

    /// <summary>The caller sent too little of the body for the write timeout, and the connection that it occupies is wanted by others.</summary>
    public bool SentTooLittle(long writeTimeoutMs, long bytesPerSecondMin)
    {
        long nowMs = caller.Loop.NowMs;
        if (_sending.ElapsedMs(nowMs) < writeTimeoutMs)
            return false;
        bool isBelow = _sending.IsBelow(nowMs, caller.BytesReceived, bytesPerSecondMin);
        _sending.Restart(nowMs, caller.BytesReceived);
        return isBelow && Connection is { OutputBytes: 0 } && _call!.Route.Backend.HasWaiting;
    }

    protected internal override void OnConnection(ServerConnection connection)
    {
        Transition(SmfUploadState.Passing);
        _sending.Restart(caller.Loop.NowMs, caller.BytesReceived);
        ((SmfServerConnection)connection).StartLarge(_call!, _header, this);
        caller.Release(InputHold.Upload);
    }

    protected internal override void OnNoConnection(RejectReason why) => EndWithoutConnection(why);

    private void Pass(ReadOnlySpan<byte> bytes)
    {
        SmfServerConnection connection = Connection!;
        _bytesLeft -= bytes.Length;
        _call!.NoteRequestPassed(bytes.Length, caller.Loop.NowMs);
        caller.Loop.Counters.BytesCopied += bytes.Length;
        connection.Write(bytes);
        if (_bytesLeft == 0)
            EndBody();
        else if (connection.OutputBytes > Caller.StreamBufferBytesMax)
            caller.Hold(InputHold.Upload);
    }

    /// <summary>The server has a part of the body. It gets neither the end of it nor anything behind the fault.</summary>
    private int Reject(ReadOnlySpan<byte> bytes)
    {
        Connection!.RejectUpload(_call!);
        return caller.IsClosed ? bytes.Length : reader.ConsumeDiscarded(bytes);
    }

    private void EndBody()
    {
        SmfServerConnection connection = Connection!;
        Transition(SmfUploadState.Idle);
        _call = null;
        caller.Release(InputHold.Upload);
        connection.EndUpload();
    }

    private void EndWithoutConnection(RejectReason why)
    {
        SmfCall call = _call!;
        caller.RejectCall(call, why);
        // The answer may be too much for a caller that reads nothing: then the call has ended with the caller's connection.
        if (!caller.IsClosed)
            call.End(caller.Loop);
    }

    /// <remarks>
    /// Idle → Waiting (a large request begins). Waiting → Passing (it has a connection). Passing ↔ Moving (the connection ended before any of it was
    /// sent). Any but Idle → Idle (passed on whole, answered, or its caller is gone).
    /// </remarks>
    private void Transition(SmfUploadState next)
    {
        bool isPossible = next switch
        {
            SmfUploadState.Waiting => _state == SmfUploadState.Idle,
            SmfUploadState.Passing => _state is SmfUploadState.Waiting or SmfUploadState.Moving,
            SmfUploadState.Moving => _state == SmfUploadState.Passing,
            _ => _state != SmfUploadState.Idle,
        };
        if (!isPossible)
            throw new InvalidOperationException($"a large request cannot go from {_state} to {next}");
        _state = next;
    }
}

internal enum SmfUploadState : byte
{
    /// <summary>The caller sends no large request.</summary>
    Idle,
    /// <summary>It waits for an exclusive connection. Its caller is not read.</summary>
    Waiting,
    /// <summary>Its body goes to the server as it arrives.</summary>
    Passing,
    /// <summary>Its connection ended before any of it was sent, and it waits for another one. Its caller is not read.</summary>
    Moving,
}
