using FrameRpc.Gateway.Backends;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>A large request: takes an exclusive connection, and is passed on as it comes, never held whole.</summary>
internal sealed partial class SmfCaller
{
    private UploadConnectionRequest? _connectionRequest;
    private SmfCall? _upload;
    private SmfHeader _uploadHeader;
    private long _uploadBytesLeft;
    /// <summary>The root table's vtable, where it stands behind the head of the body and is still to come.</summary>
    private SmfTableOutline? _farVtable;

    /// <summary>What may be passed on before something has to be looked at, or the body ends.</summary>
    private long BytesToPass => _farVtable is { } outline ? outline.VtablePosition - (_uploadHeader.Size - _uploadBytesLeft) : _uploadBytesLeft;

    /// <summary>A body with the outline of a table in its head takes a connection: before that, nothing is asked of a server for it.</summary>
    private int ConsumeLargeRequest(RouteState route, SmfHeader header, ReadOnlySpan<byte> bytes)
    {
        SmfTableOutline? farVtable = null;
        if (route.Backend.MustBeTable(header.Compression))
        {
            int headBytes = (int)Math.Min(header.Size, SmfTableOutline.HeadBytesMax);
            MessageBytes = SmfHeader.Bytes + headBytes;
            if (bytes.Length < MessageBytes)
                return 0;
            if (!SmfTableOutline.IsTableSoFar(bytes.Slice(SmfHeader.Bytes, headBytes), header.Size, out farVtable))
                return RejectAndSkip(header, RejectReason.Malformed, route.TallyIn(Ledger));
        }
        BeginUpload(route, header, farVtable);
        return SmfHeader.Bytes;
    }

    private void BeginUpload(RouteState route, SmfHeader header, SmfTableOutline? farVtable)
    {
        _farVtable = farVtable;
        _uploadBytesLeft = header.Size;
        _uploadHeader = header;
        _upload = _calls.Rent();
        _upload.Begin(this, header, route, bytesHere: 0, lookEveryMs: Context.WriteTimeoutMs, Loop);
        HoldInput(InputHold.Upload);
        route.Backend.Acquire(_connectionRequest ??= new UploadConnectionRequest(this));
    }

    private int Upload(ReadOnlySpan<byte> bytes)
    {
        if (BytesToPass == 0)
        {
            MessageBytes = SmfTableOutline.VtableBytes;
            if (bytes.Length < SmfTableOutline.VtableBytes)
                return 0;
            if (!_farVtable!.Value.IsVtable(bytes))
                return RejectUpload(bytes);
            _farVtable = null;
        }
        SmfServerConnection connection = _upload!.ServerConnection!;
        int taken = (int)Math.Min(bytes.Length, BytesToPass);
        _uploadBytesLeft -= taken;
        _upload.NoteRequestPassed(taken, Loop.NowMs);
        Loop.Counters.BytesCopied += taken;
        connection.Write(bytes[..taken]);
        if (_uploadBytesLeft == 0)
            EndUpload(connection);
        else if (connection.OutputBytes > StreamBufferBytesMax)
            HoldInput(InputHold.Upload);
        return taken;
    }

    /// <summary>The server has a part of the body. It gets no end of it, and nothing that stands behind the fault.</summary>
    private int RejectUpload(ReadOnlySpan<byte> bytes)
    {
        _upload!.ServerConnection!.RejectUpload(_upload);
        return IsClosed ? bytes.Length : Skip(bytes);
    }

    protected override void OnSpliced(int bytes)
    {
        SmfCall call = _upload!;
        _uploadBytesLeft -= bytes;
        call.NoteRequestPassed(bytes, Loop.NowMs);
        if (_uploadBytesLeft == 0)
            EndUpload(call.ServerConnection!);
    }

    protected override void OnSinkFull() => HoldInput(InputHold.Upload);

    protected override void OnSpliceLost(int bytes) => _uploadBytesLeft -= bytes;

    private void EndUpload(SmfServerConnection connection)
    {
        _upload = null;
        ReleaseInput(InputHold.Upload);
        connection.EndUpload();
    }

    /// <summary>The connection has taken what was written; there may be more.</summary>
    public void OnUploadRoom() => ReleaseInput(InputHold.Upload);

    /// <summary>The server wants no more of the request; what still comes of it is read away.</summary>
    public void StopUpload()
    {
        if (_upload is null)
            return;
        CutOutgoing();
        _upload = null;
        _farVtable = null;
        _skipBytesLeft = _uploadBytesLeft;
        _uploadBytesLeft = 0;
        ReleaseInput(InputHold.Upload);
    }

    /// <summary>This caller has stopped in the middle of a body, while others wait for the connection that it holds.</summary>
    public bool CloseIfInTheWay(SmfCall call, long stillMs)
    {
        if (call != _upload || call.ServerConnection is not { OutputBytes: 0 } || stillMs < Context.WriteTimeoutMs || !call.Route.Backend.HasWaiting)
            return false;
        CloseSlow(SlowCaller.Stalled);
        return true;
    }

    /// <summary>The call waited for a connection until its time was up.</summary>
    public void OnConnectionTimedOut(SmfCall call)
    {
        call.Route.Backend.Cancel(_connectionRequest!);
        EndWithoutConnection(RejectReason.TimedOut);
    }

    private void EndWithoutConnection(RejectReason why)
    {
        SmfCall call = _upload!;
        RejectCall(call, why);
        // The answer may have been too much for a caller that reads nothing, and the call have ended with the connection.
        if (!IsClosed)
            call.End(Loop);
    }

    /// <summary>The caller is gone, or cut its request short.</summary>
    private void AbandonUpload()
    {
        if (_upload is not { } call)
            return;
        _upload = null;
        _uploadBytesLeft = 0;
        if (call.ServerConnection is { } connection)
        {
            connection.OnUploaderGone();
            return;
        }
        call.Route.Backend.Cancel(_connectionRequest!);
        call.End(Loop);
    }

    private sealed class UploadConnectionRequest(SmfCaller caller) : ConnectionRequest
    {
        protected internal override void OnConnection(ServerConnection connection)
        {
            ((SmfServerConnection)connection).StartLarge(caller._upload!, caller._uploadHeader);
            caller.ReleaseInput(InputHold.Upload);
        }

        protected internal override void OnNoConnection(RejectReason why) => caller.EndWithoutConnection(why);
    }
}
