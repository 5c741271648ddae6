using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

internal sealed partial class SmfCaller
{
    private readonly CallbackTimer _roomTimer;

    /// <summary>Its place among those that wait for room on a connection: in none, or in one. Null until it first waits.</summary>
    private LinkedListNode<SmfCaller>? _roomPlace;

    /// <summary>Bytes of a refused request's body that are still to come, and are read away.</summary>
    private long _skipBytesLeft;
    private bool _roomTimeUp;

    protected override int Consume(Span<byte> bytes)
    {
        int at = 0;
        while (!IsInputPaused && State == ConnectionState.Open && at < bytes.Length)
        {
            Span<byte> rest = bytes[at..];
            int consumed = _skipBytesLeft > 0 ? Skip(rest) : _uploadBytesLeft > 0 ? Upload(rest) : ConsumeRequest(rest);
            if (consumed == 0)
                break;
            at += consumed;
        }
        if (at == bytes.Length && _upload?.ServerConnection is { } connection)
            TrySplice(connection, BytesToPass);
        if (!IsInputPaused && Context.IsDraining)
            LeaveIfDone();
        return at;
    }

    private int Skip(ReadOnlySpan<byte> bytes)
    {
        int taken = (int)Math.Min(bytes.Length, _skipBytesLeft);
        _skipBytesLeft -= taken;
        return taken;
    }

    /// <summary>Everything that could make a server close the connection it shares with others is refused here, before a server sees a byte.</summary>
    private int ConsumeRequest(Span<byte> bytes)
    {
        MessageBytes = SmfHeader.Bytes;
        if (bytes.Length < SmfHeader.Bytes)
            return 0;
        SmfHeader header = SmfHeader.Read(bytes);
        if (header.CheckRequest() != SmfFault.None)
            return RejectAndSkip(header, RejectReason.Malformed, Ledger.Unrouted);
        if (Context.Routes.Find(header.Meta) is not { } route || route.Format != WireFormat.Smf)
            return RejectAndSkip(header, RejectReason.NoRoute, Ledger.Unrouted);
        if (header.Size > route.Policy.MessageBytesMax)
            return RejectAndSkip(header, RejectReason.TooLarge, route.TallyIn(Ledger));
        if (!route.Backend.Takes(header.Compression))
            return RejectAndSkip(header, RejectReason.Malformed, route.TallyIn(Ledger));
        if (Context.IsDraining)
            return RejectAndSkip(header, RejectReason.Draining, route.TallyIn(Ledger));
        if (_inFlight >= CallsInFlightMax)
            return RejectAndSkip(header, RejectReason.TooMany, route.TallyIn(Ledger));
        if (header.Size > Context.Limits.SharedBodyMax)
            return ConsumeLargeRequest(route, header, bytes);
        int messageBytes = SmfHeader.Bytes + (int)header.Size;
        MessageBytes = messageBytes;
        if (bytes.Length < messageBytes)
            return 0;
        return StartCall(route, header, bytes[..messageBytes]);
    }

    /// <summary>The size is in the header, so whatever is refused can be read away, and the connection stays usable.</summary>
    private int RejectAndSkip(SmfHeader header, RejectReason why, CallTally tally)
    {
        _skipBytesLeft = header.Size;
        RejectAtOnce(header, why, tally);
        return SmfHeader.Bytes;
    }

    /// <summary>Starts a call whose request is whole, and returns what is used of it: nothing while the connection is full, for then it comes again.</summary>
    private int StartCall(RouteState route, SmfHeader header, Span<byte> message)
    {
        Backend backend = route.Backend;
        if (header.Checksum != SmfChecksum.Of(message[SmfHeader.Bytes..]) || !IsAsDeclared(message[SmfHeader.Bytes..], header, backend))
            return RejectWhole(header, message, RejectReason.Malformed, route);
        if (_roomTimeUp)
        {
            _roomTimeUp = false;
            return RejectWhole(header, message, RejectReason.TimedOut, route);
        }
        if (backend.IsIsolated(route.Policy))
        {
            Loop.Timers.Disarm(_roomTimer);
            BeginUpload(route, header, farVtable: null);
            return SmfHeader.Bytes;
        }
        if ((SmfServerConnection?)backend.SharedConnection(out RejectReason why) is not { } connection)
            return RejectWhole(header, message, why, route);
        if (!connection.HasRoom(message.Length))
        {
            WaitForRoom(connection, route);
            return 0;
        }
        Loop.Timers.Disarm(_roomTimer);
        SmfCall call = _calls.Rent();
        call.Begin(this, header, route, (int)header.Size, lookEveryMs: route.Policy.TimeoutMs, Loop);
        if (!connection.TryStart(call, message))
        {
            RejectCall(call, RejectReason.Exhausted);
            call.End(Loop);
        }
        return message.Length;
    }

    private static bool IsAsDeclared(ReadOnlySpan<byte> body, SmfHeader header, Backend backend) =>
        !backend.MustBeTable(header.Compression) || SmfTableOutline.IsTable(body);

    private int RejectWhole(SmfHeader header, ReadOnlySpan<byte> message, RejectReason why, RouteState route)
    {
        Loop.Timers.Disarm(_roomTimer);
        RejectAtOnce(header, why, route.TallyIn(Ledger));
        return message.Length;
    }

    private void WaitForRoom(SmfServerConnection connection, RouteState route)
    {
        HoldInput(InputHold.ServerConnection);
        if (!_roomTimer.IsArmed)
            Loop.Timers.Arm(_roomTimer, Loop.NowMs + route.Policy.TimeoutMs);
        connection.WaitForRoom(_roomPlace ??= new LinkedListNode<SmfCaller>(this));
    }

    /// <summary>The connection has room again, or is gone.</summary>
    public void OnRoom() => ReleaseInput(InputHold.ServerConnection);

    private void OnRoomTimeUp()
    {
        _roomTimeUp = true;
        StopWaitingForRoom();
        ReleaseInput(InputHold.ServerConnection);
    }

    /// <summary>The next request may wait on another connection, and a caller that is gone must not be kept by this one.</summary>
    private void StopWaitingForRoom() => _roomPlace?.List?.Remove(_roomPlace);
}
