using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>
/// Reads the requests of one caller and starts their calls. Whatever could make a server close the connection that a caller shares
/// with others is refused here, before the server gets a byte of it.
/// </summary>
internal sealed class SmfRequestReader(SmfCaller caller, WorkerContext context, SmfCallPool calls)
{
    private readonly SmfRoomWait _room = new(caller);
    private SmfUpload? _upload;

    /// <summary>Bytes of a refused request's body that are still to come.</summary>
    private long _discardBytesLeft;
    private long _discardedBytes;

    /// <summary>Whether the rest of a refused request is still to come.</summary>
    public bool IsDiscarding => _discardBytesLeft > 0;

    /// <summary>Requests refused so far: tells the rest of one from that of the next.</summary>
    public long RefusedCount { get; private set; }

    /// <summary>How much has to arrive before there is something to do, as far as that is known.</summary>
    public int WantedBytes { get; private set; } = SmfHeader.Bytes;

    /// <summary>The large request that the caller is sending; null if there is none.</summary>
    public SmfUpload? Upload => _upload is { IsActive: true } upload ? upload : null;

    /// <summary>Uses the front of what has arrived.</summary>
    /// <returns>How much was used; 0 if more has to arrive first, or the request has to wait.</returns>
    public int Consume(Span<byte> bytes) =>
        _discardBytesLeft > 0 ? ConsumeDiscarded(bytes)
        : Upload is { } upload ? upload.Consume(bytes)
        : ConsumeRequest(bytes);

    /// <summary>Discards the next bytes of the input: the rest of a request that has its answer.</summary>
    public void Discard(long bytes)
    {
        BeginDiscarding(bytes);
        if (IsDiscarding)
            caller.AwaitRest();
    }

    /// <summary>The request at the front of what has arrived did not come to its end in time.</summary>
    public void RejectOverdue(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SmfHeader.Bytes)
            return;
        SmfHeader header = SmfHeader.Read(bytes);
        if (context.Routes.Find(header.Meta) is { } route)
            caller.RejectAtOnce(header, RejectReason.RequestTimedOut, route.TallyIn(caller.Ledger));
    }

    /// <summary>The caller is gone.</summary>
    public void OnCallerClosed()
    {
        _room.Cancel();
        _upload?.Abandon();
    }

    public int ConsumeDiscarded(ReadOnlySpan<byte> bytes)
    {
        int taken = (int)Math.Min(bytes.Length, _discardBytesLeft);
        _discardBytesLeft -= taken;
        _discardedBytes += taken;
        if (_discardedBytes > Caller.RestBytesMax)
            caller.OnRestTooLong();
        return taken;
    }

    private int ConsumeRequest(Span<byte> bytes)
    {
        WantedBytes = SmfHeader.Bytes;
        if (bytes.Length < SmfHeader.Bytes)
            return 0;
        SmfHeader header = SmfHeader.Read(bytes);
        if (header.CheckRequest() != SmfFault.None)
            return Reject(header, RejectReason.Malformed, caller.Ledger.Unrouted);
        if (context.Routes.Find(header.Meta) is not { } route || route.Format != WireFormat.Smf)
            return Reject(header, RejectReason.NoRoute, caller.Ledger.Unrouted);
        if (Refusal(route, header) is { } why)
            return Reject(header, why, route.TallyIn(caller.Ledger));
        if (header.Size > context.Limits.SharedBodyMax)
            return ConsumeLargeRequest(route, header, bytes);
        int messageBytes = SmfHeader.Bytes + (int)header.Size;
        WantedBytes = messageBytes;
        if (bytes.Length < messageBytes)
            return 0;
        return StartCall(route, header, bytes[..messageBytes]);
    }

    /// <summary>Why the request cannot be served, as far as its header shows; null if it can.</summary>
    private RejectReason? Refusal(RouteState route, SmfHeader header) =>
        header.Size > route.Policy.MessageBytesMax ? RejectReason.TooLarge
        : !SmfPayloadRules.AcceptsCompression(route.Backend, header) ? RejectReason.Malformed
        : context.IsDraining ? RejectReason.Draining
        : caller.HasTooManyCalls ? RejectReason.TooMany
        : null;

    /// <summary>The header says the size, so the body of any refused request can be discarded, and the connection stays usable.</summary>
    private int Reject(SmfHeader header, RejectReason why, CallTally tally)
    {
        BeginDiscarding(header.Size);
        caller.RejectAtOnce(header, why, tally);
        return SmfHeader.Bytes;
    }

    private void BeginDiscarding(long bytes)
    {
        RefusedCount++;
        _discardBytesLeft = bytes;
        _discardedBytes = 0;
    }

    private int RejectWhole(SmfHeader header, ReadOnlySpan<byte> message, RejectReason why, RouteState route)
    {
        _room.End();
        caller.RejectAtOnce(header, why, route.TallyIn(caller.Ledger));
        return message.Length;
    }

    /// <summary>Starts the call of a request that has arrived whole.</summary>
    /// <returns>What was used of it: nothing while the connection is full. Then the request is consumed again later.</returns>
    private int StartCall(RouteState route, SmfHeader header, Span<byte> message)
    {
        Backend backend = route.Backend;
        if (header.Checksum != SmfChecksum.Of(message[SmfHeader.Bytes..]) || !SmfPayloadRules.IsAsDeclared(backend, header, message[SmfHeader.Bytes..]))
            return RejectWhole(header, message, RejectReason.Malformed, route);
        if (_room.TakeTimeUp())
            return RejectWhole(header, message, route.Policy.DeadlineMs > 0 ? RejectReason.Deadline : RejectReason.TimedOut, route);
        if (caller.IsIsolated)
        {
            _room.End();
            return BeginUpload(route, header, farVtable: null);
        }
        if ((SmfServerConnection?)backend.SharedConnection(caller.KeyFor(backend), out RejectReason why) is not { } connection)
            return RejectWhole(header, message, why, route);
        if (!connection.HasRoom(message.Length))
        {
            _room.Begin(connection, route.Policy);
            return 0;
        }
        long begunMs = _room.End();
        SmfCall call = calls.Rent();
        call.Begin(caller, header, route, (int)header.Size, lookEveryMs: route.Policy.TimeoutMs, begunMs, isStreamed: false, caller.Loop);
        if (!connection.TryStart(call, message))
        {
            caller.RejectCall(call, RejectReason.Exhausted);
            call.End(caller.Loop);
        }
        return message.Length;
    }

    /// <summary>A large request asks for a connection only when the head of its body has the outline of a table, and enough of it is there.</summary>
    private int ConsumeLargeRequest(RouteState route, SmfHeader header, ReadOnlySpan<byte> bytes)
    {
        SmfTableOutline? farVtable = null;
        if (SmfPayloadRules.HeadBytes(route.Backend, header) is > 0 and int headBytes)
        {
            WantedBytes = SmfHeader.Bytes + headBytes;
            if (bytes.Length < WantedBytes)
                return 0;
            if (!SmfTableOutline.IsTableSoFar(bytes.Slice(SmfHeader.Bytes, headBytes), header.Size, out farVtable))
                return Reject(header, RejectReason.Malformed, route.TallyIn(caller.Ledger));
        }
        WantedBytes = SmfHeader.Bytes + (int)Math.Min(header.Size, Caller.StreamBeginningBytes);
        if (bytes.Length < WantedBytes)
            return 0;
        return BeginUpload(route, header, farVtable);
    }

    private int BeginUpload(RouteState route, SmfHeader header, SmfTableOutline? farVtable)
    {
        SmfCall call = calls.Rent();
        bool isStreamed = header.Size > context.Limits.SharedBodyMax;
        long lookEveryMs = Math.Min(context.WriteTimeoutMs, StreamPace.LookMs);
        call.Begin(caller, header, route, bytesHere: 0, lookEveryMs, caller.Loop.NowMs, isStreamed, caller.Loop);
        (_upload ??= new SmfUpload(caller, this)).Begin(call, header, farVtable);
        return SmfHeader.Bytes;
    }
}
