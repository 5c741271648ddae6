using System.Buffers;
using System.Threading.Tasks.Sources;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;
using FrameRpc.Protocol.Telemetry;

namespace FrameRpc.Protocol.Client;

/// <summary>One call, from its session to its end. The object is reused: it is free when its caller has taken the result.</summary>
/// <remarks>
/// Exactly one party ends it: see <see cref="SmfClientSessions"/>. That party must not touch it afterwards, because the caller may have taken the
/// result, and another call begun, before the ending method returns.
/// </remarks>
internal sealed class SmfClientCall : SmfWork, IValueTaskSource<SmfReply>
{
    private static readonly Recycler<SmfClientCall> Free = new();

    private ManualResetValueTaskSourceCore<SmfReply> _core;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _cancel;
    private SmfClientConnection? _connection;
    private CallTelemetry _telemetry;
    private RequestId _id;
    private SmfHeader _header;
    private byte[]? _payload;
    private Exception? _failure;

    public ushort Session { get; set; }

    /// <summary>When it times out, as a timestamp of the client's clock.</summary>
    public long Deadline { get; private set; }

    /// <summary>Its share of the client's memory limit.</summary>
    public long MemoryBytes { get; private set; }

    public RequestId Id => _id;

    public ValueTask<SmfReply> Task => new(this, _core.Version);

    public static SmfClientCall Begin(SmfClientConnection connection, RequestId id, long deadline, long memoryBytes)
    {
        SmfClientCall call = Free.Rent();
        call._connection = connection;
        call._id = id;
        call.Deadline = deadline;
        call.MemoryBytes = memoryBytes;
        if (CallTelemetry.ClientEnabled)
            call._telemetry = CallTelemetry.StartClient("smf", id.ToString());
        return call;
    }

    /// <summary>It got no session, as if it had not begun.</summary>
    public void Forget()
    {
        _telemetry.End(SmfStatus.Unavailable);
        Reset();
    }

    /// <summary>Registers for cancellation. It has a session, and nothing was sent yet.</summary>
    public void RegisterCancellation(CancellationToken cancel)
    {
        if (!cancel.CanBeCanceled)
            return;
        _cancel = cancel;
        _cancellation = cancel.UnsafeRegister(static call => ((SmfClientCall)call!)._connection!.Cancel((SmfClientCall)call), this);
    }

    /// <summary>Its reply arrived; <see cref="Execute"/> validates it.</summary>
    public void SetReply(in SmfHeader header, byte[] payload)
    {
        _header = header;
        _payload = payload;
    }

    /// <summary>Its reply is invalid; <see cref="Execute"/> reports that.</summary>
    public void SetFailure(Exception failure) => _failure = failure;

    public override void Execute()
    {
        SmfReply? reply = null;
        try
        {
            if (_failure is null)
                reply = Open();
        }
        catch (Exception e)
        {
            ArrayPool<byte>.Shared.Return(_payload!);
            _failure = e;
        }
        _connection!.Memory.Return(MemoryBytes);
        // This is a pool thread, so the continuation may run on it.
        _core.RunContinuationsAsynchronously = false;
        End(reply, _failure);
    }

    /// <summary>Ends the call without a reply.</summary>
    public void Fail(Exception failure)
    {
        _core.RunContinuationsAsynchronously = true;
        End(null, failure);
    }

    public OperationCanceledException Cancelled() => new($"the call of {_id} was cancelled", _cancel);

    SmfReply IValueTaskSource<SmfReply>.GetResult(short token)
    {
        // Throws for a token of an earlier call, which must not end this one.
        if (_core.GetStatus(token) is ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException("the call is not over yet");
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            // Waits for a concurrent cancellation, so that it does not reach the next call.
            _cancellation.Dispose();
            Reset();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<SmfReply>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<SmfReply>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void End(SmfReply? reply, Exception? failure)
    {
        _telemetry.End(failure);
        if (failure is null)
            _core.SetResult(reply!);
        else
            _core.SetException(failure);
    }

    private SmfReply Open()
    {
        byte[] payload = _payload!;
        ReadOnlyMemory<byte> bytes = payload.AsMemory(0, (int)_header.Size);
        if (SmfChecksum.Of(bytes.Span) != _header.Checksum)
            throw new RpcProtocolException($"{_connection!.Peer}: the reply to {_id} does not match its checksum: it was damaged in transit");
        // The Java server writes the request id where others write 200.
        if (_header.Meta != SmfStatus.Ok && _header.Meta != _id.Value)
            throw RpcReplyException.FromStatus(_header.Meta, _id.ToString());
        if (_header.Compression is SmfCompression.None or SmfCompression.Disabled)
            return new SmfReply(_header.Meta, bytes, payload);
        if (!SmfDecompressor.TryDecompress(_header.Compression, bytes.Span, _connection!.MessageBytesMax, out bytes, out SmfDecompressionProblem? problem))
            throw new RpcProtocolException($"{_connection.Peer}: the reply to {_id} cannot be decompressed: {problem.Message}");
        ArrayPool<byte>.Shared.Return(payload);
        return new SmfReply(_header.Meta, bytes, null);
    }

    private void Reset()
    {
        _core.Reset();
        _cancellation = default;
        _cancel = default;
        _connection = null;
        _telemetry = default;
        _payload = null;
        _failure = null;
        Free.Return(this);
    }
}
