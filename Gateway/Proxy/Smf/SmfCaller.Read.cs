using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Proxy.Ledger;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Workers;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Proxy.Smf;

internal sealed partial class SmfCaller
{
    private readonly CallbackTimer _roomTimer;

    /// <summary>Its place among those that wait for room on a lane: in none, or in one. Null until it first waits.</summary>
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
        if (at == bytes.Length && _upload?.Lane is { } lane)
            TrySplice(lane, BytesToPass);
        if (!IsInputPaused && Dispatcher.IsDraining)
            LeaveIfDone();
        return at;
    }

    private int Skip(ReadOnlySpan<byte> bytes)
    {
        int taken = (int)Math.Min(bytes.Length, _skipBytesLeft);
        _skipBytesLeft -= taken;
        return taken;
    }

    /// <summary>Everything that could make a server close the lane it shares with others is refused here, before a server sees a byte.</summary>
    private int ConsumeRequest(Span<byte> bytes)
    {
        MessageBytes = SmfHeader.Bytes;
        if (bytes.Length < SmfHeader.Bytes)
            return 0;
        SmfHeader header = SmfHeader.Read(bytes);
        if (header.CheckRequest() != SmfFault.None)
            return RefuseAndSkip(header, Refusal.Malformed, Ledger.Unrouted);
        if (Dispatcher.Routes.FindSmf(header.Meta) is not { } route)
            return RefuseAndSkip(header, Refusal.NoRoute, Ledger.Unrouted);
        if (header.Size > route.MessageBytesMax)
            return RefuseAndSkip(header, Refusal.TooLarge, Ledger.Of(route));
        if (!Dispatcher.BackendOf(route).Takes(header.Compression))
            return RefuseAndSkip(header, Refusal.Malformed, Ledger.Of(route));
        if (Dispatcher.IsDraining)
            return RefuseAndSkip(header, Refusal.Draining, Ledger.Of(route));
        if (_inFlight >= CallsInFlightMax)
            return RefuseAndSkip(header, Refusal.TooMany, Ledger.Of(route));
        if (header.Size > Dispatcher.Limits.SharedBodyMax)
            return ConsumeLargeRequest(route, header, bytes);
        int messageBytes = SmfHeader.Bytes + (int)header.Size;
        MessageBytes = messageBytes;
        if (bytes.Length < messageBytes)
            return 0;
        return StartCall(route, header, bytes[..messageBytes]);
    }

    /// <summary>The size is in the header, so whatever is refused can be read away, and the connection stays usable.</summary>
    private int RefuseAndSkip(SmfHeader header, Refusal why, CallTally tally)
    {
        _skipBytesLeft = header.Size;
        RefuseAtOnce(header, why, tally);
        return SmfHeader.Bytes;
    }

    /// <summary>Starts a call whose request is whole, and returns what is used of it: nothing while the lane is full, for then it comes again.</summary>
    private int StartCall(Route route, SmfHeader header, Span<byte> message)
    {
        Backend backend = Dispatcher.BackendOf(route);
        if (header.Checksum != SmfChecksum.Of(message[SmfHeader.Bytes..]) || !IsAsDeclared(message[SmfHeader.Bytes..], header, backend))
            return RefuseWhole(header, message, Refusal.Malformed, route);
        if (_roomTimeUp)
        {
            _roomTimeUp = false;
            return RefuseWhole(header, message, Refusal.TimedOut, route);
        }
        if (backend.IsKeptApart(route))
        {
            Loop.Timers.Disarm(_roomTimer);
            BeginUpload(route, header, farVtable: null);
            return SmfHeader.Bytes;
        }
        if (backend.SharedLane(out Refusal why) is not { } lane)
            return RefuseWhole(header, message, why, route);
        if (!lane.HasRoom(message.Length))
        {
            WaitForRoom(lane, route);
            return 0;
        }
        Loop.Timers.Disarm(_roomTimer);
        SmfCall call = _calls.Rent();
        call.Begin(this, header, route, (int)header.Size, lookEveryMs: route.TimeoutMs, Loop);
        if (!lane.TryStart(call, message))
        {
            RefuseCall(call, Refusal.Exhausted);
            call.End(Loop);
        }
        return message.Length;
    }

    private static bool IsAsDeclared(ReadOnlySpan<byte> body, SmfHeader header, Backend backend) =>
        !backend.MustBeTable(header.Compression) || SmfTableOutline.IsTable(body);

    private int RefuseWhole(SmfHeader header, ReadOnlySpan<byte> message, Refusal why, Route route)
    {
        Loop.Timers.Disarm(_roomTimer);
        RefuseAtOnce(header, why, Ledger.Of(route));
        return message.Length;
    }

    private void WaitForRoom(SmfLane lane, Route route)
    {
        HoldInput(InputHold.Lane);
        if (!_roomTimer.IsArmed)
            Loop.Timers.Arm(_roomTimer, Loop.NowMs + route.TimeoutMs);
        lane.WaitForRoom(_roomPlace ??= new LinkedListNode<SmfCaller>(this));
    }

    /// <summary>The lane has room again, or is gone.</summary>
    public void OnRoom() => ReleaseInput(InputHold.Lane);

    private void OnRoomTimeUp()
    {
        _roomTimeUp = true;
        StopWaitingForRoom();
        ReleaseInput(InputHold.Lane);
    }

    /// <summary>The next request may wait on another lane, and a caller that is gone must not be kept by this one.</summary>
    private void StopWaitingForRoom() => _roomPlace?.List?.Remove(_roomPlace);
}
