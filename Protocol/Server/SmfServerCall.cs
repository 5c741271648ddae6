using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;
using FrameRpc.Protocol.Telemetry;

namespace FrameRpc.Protocol.Server;

/// <summary>One request, from when it is complete until its reply was handed over. The object is reused.</summary>
internal sealed class SmfServerCall : SmfWork, IDisposable
{
    private static readonly Recycler<SmfServerCall> Free = new();

    private readonly Action _complete;
    private ConfiguredValueTaskAwaitable<ReadOnlyMemory<byte>>.ConfiguredValueTaskAwaiter _handling;
    private SmfServedConnection? _connection;
    private SmfRoute? _route;
    private RentedBytes? _packed;
    private CallTelemetry _telemetry;
    private SmfHeader _header;
    private byte[]? _payload;
    private byte[]? _opened;
    private int _contentBytesMax;
    private long _memoryBytes;

    public SmfServerCall() => _complete = Complete;

    private SmfServer Server => _connection!.Server;

    /// <param name="connection">The source of the request, and destination of its reply.</param>
    /// <param name="route">Its handler.</param>
    /// <param name="header">Validated.</param>
    /// <param name="payload">Rented.</param>
    /// <param name="memoryBytes">Taken for the request and for decompressing it; returned by the call.</param>
    /// <param name="contentBytesMax">Limit for the decompressed payload.</param>
    public static SmfServerCall Begin(
        SmfServedConnection connection, SmfRoute route, in SmfHeader header, byte[] payload, long memoryBytes, int contentBytesMax)
    {
        SmfServerCall call = Free.Rent();
        call._connection = connection;
        call._route = route;
        call._header = header;
        call._payload = payload;
        call._memoryBytes = memoryBytes;
        call._contentBytesMax = contentBytesMax;
        return call;
    }

    /// <summary>Runs the handler. One of the server's calls was taken for it.</summary>
    public override void Execute()
    {
        ReadOnlySpan<byte> payload = _payload.AsSpan(0, (int)_header.Size);
        if (SmfChecksum.Of(payload) != _header.Checksum)
        {
            Finish(SmfStatus.BadRequest);
            return;
        }
        Handle();
    }

    /// <summary>Discards the call: the connection ended before its turn.</summary>
    public void Drop() => Dispose();

    /// <summary>Releases everything that the call held: its reply was written, or never will be.</summary>
    public void Dispose()
    {
        _packed?.Dispose();
        ReturnPayload();
        KeepMemory(0);
        SmfServedConnection connection = _connection!;
        _packed = null;
        _opened = null;
        _connection = null;
        _route = null;
        _telemetry = default;
        Free.Return(this);
        connection.Release();
    }

    private static ConfiguredValueTaskAwaitable<ReadOnlyMemory<byte>>.ConfiguredValueTaskAwaiter AwaiterOf(ValueTask<ReadOnlyMemory<byte>> reply) =>
        reply.ConfigureAwait(false).GetAwaiter();

    private void Handle()
    {
        try
        {
            if (!TryOpen(out ReadOnlyMemory<byte> payload, out uint status))
            {
                Finish(status);
                return;
            }
            if (CallTelemetry.ServerEnabled)
                _telemetry = CallTelemetry.StartServer("smf", _route!.Method);
            var request = new SmfRequest(new RequestId(_header.Meta), payload, _connection!.Peer);
            _handling = AwaiterOf(_route!.Handler(request, _connection.Gone));
        }
        catch (Exception e)
        {
            Finish(StatusOf(e));
            return;
        }
        if (_handling.IsCompleted)
            Complete();
        else
            _handling.UnsafeOnCompleted(_complete);
    }

    private bool TryOpen(out ReadOnlyMemory<byte> payload, out uint status)
    {
        payload = _payload.AsMemory(0, (int)_header.Size);
        status = SmfStatus.Ok;
        if (_header.Compression is SmfCompression.None or SmfCompression.Disabled)
        {
            _opened = _payload;
            return true;
        }
        if (!SmfDecompressor.TryDecompress(_header.Compression, payload.Span, _contentBytesMax, out payload, out SmfDecompressionProblem? problem))
        {
            status = problem.IsTooLarge ? SmfStatus.TooLarge : SmfStatus.BadRequest;
            return false;
        }
        _opened = ArrayOf(payload);
        ReturnPayload();
        KeepMemory(_opened!.Length);
        return true;
    }

    private void ReturnPayload()
    {
        if (_payload is not null)
            ArrayPool<byte>.Shared.Return(_payload);
        _payload = null;
    }

    private void KeepMemory(long bytes)
    {
        Server.Memory.Return(_memoryBytes - bytes);
        _memoryBytes = bytes;
    }

    private static byte[]? ArrayOf(ReadOnlyMemory<byte> memory) => MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment) ? segment.Array : null;

    private void Complete()
    {
        SmfPacked reply;
        try
        {
            reply = Pack(_handling.GetResult());
        }
        catch (Exception e)
        {
            Finish(StatusOf(e));
            return;
        }
        finally
        {
            _handling = default;
        }
        _packed = reply.Owner;
        if (reply.Checksum == 0 || reply.Bytes.Length > Server.Options.MessageBytesMax)
        {
            ServerLog.Unsendable(Server.Options.Logger, _route!.Method, reply.Bytes.Length, Server.Options.MessageBytesMax, reply.Checksum);
            Finish(SmfStatus.ServerError);
            return;
        }
        Finish(reply);
    }

    /// <summary>Compresses a reply if that makes it smaller and there is memory for it at once; otherwise it is sent as it is.</summary>
    private SmfPacked Pack(ReadOnlyMemory<byte> reply)
    {
        SmfCompressor? compressor = _header.Compression is SmfCompression.Disabled ? null : Server.Options.Compressor;
        if (compressor is null || reply.Length < compressor.MinimumBytes || !Server.Memory.TryTake(reply.Length))
            return SmfPacked.Of(reply, null);
        _memoryBytes += reply.Length;
        SmfPacked packed = SmfPacked.Of(reply, compressor);
        if (packed.Owner is null)
            KeepMemory(_memoryBytes - reply.Length);
        return packed;
    }

    private void Finish(in SmfPacked reply)
    {
        _telemetry.End(SmfStatus.Ok);
        Server.Calls.Return(1);
        SmfHeader header = reply.Header(_header.Session, SmfStatus.Ok);
        bool alone = _connection!.IsAlone;
        if (reply.Bytes.Length >= SmfOutput.LargeBytesMin)
        {
            CountReply(reply);
            _connection.Output.SendLarge(header, reply.Bytes, this, alone);
            return;
        }
        _connection.Output.Send(header, reply.Bytes.Span, alone);
        Dispose();
    }

    // The reply already exists: waiting for memory would only keep it longer. Later calls wait until it is written.
    private void CountReply(in SmfPacked reply)
    {
        if (reply.Owner is not null || (_opened is not null && ArrayOf(reply.Bytes) == _opened))
            return;
        Server.Memory.TakeAnyway(reply.Bytes.Length);
        _memoryBytes += reply.Bytes.Length;
    }

    private void Finish(uint status)
    {
        _telemetry.End(status);
        Server.Calls.Return(1);
        _connection!.Refuse(_header.Session, status);
        Dispose();
    }

    private uint StatusOf(Exception failure)
    {
        if (failure is OperationCanceledException && _connection!.Gone.IsCancellationRequested)
            return SmfStatus.Unavailable;
        // An exception with a status needs no log entry. A status that is not an error would be taken for a successful reply.
        if (failure is RpcException { Status: not (0 or SmfStatus.Ok) } refusal)
            return refusal.Status;
        ServerLog.HandlerFailed(Server.Options.Logger, _route!.Method, _connection!.Peer, failure);
        return SmfStatus.ServerError;
    }
}
