using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.WholeGateway;

/// <summary>A caller, what it has asked, and what came of it.</summary>
internal abstract class StoryCaller(FarEnd farEnd, int number)
{
    private (long, int, int)? _seen;

    public FarEnd FarEnd => farEnd;

    /// <summary>Calls of its plan that were not made yet.</summary>
    public int CallsToCome { get; set; }

    /// <summary>It has stopped reading for a while: others may not suffer from that, and it may be closed.</summary>
    public bool StoppedReading { get; private set; }

    /// <summary>It leaves before it has its answers.</summary>
    public bool LeavesEarly { get; set; }

    /// <summary>When something of its connection last moved.</summary>
    public long MovedMs { get; private set; }

    /// <summary>Calls that were sent whole and have no reply.</summary>
    public abstract int Unanswered { get; }

    public bool IsSettled => farEnd.IsOver || (CallsToCome == 0 && Unanswered == 0);

    /// <summary>It has asked, and does what it can to get the answer.</summary>
    public bool IsWaiting => Unanswered > 0 && farEnd is { IsOver: false, IsReading: true };

    public abstract void Send(IReadOnlyList<StoryCall> calls, Random random);

    public void StopReading()
    {
        StoppedReading = true;
        farEnd.IsReading = false;
    }

    /// <summary>Looks whether anything has moved since it looked last.</summary>
    public void Look(long nowMs)
    {
        (long, int, int) now = (farEnd.BytesReceived, farEnd.UnsentBytes, farEnd.Socket.UnreceivedBytes);
        if (now == _seen && IsWaiting)
            return;
        _seen = now;
        MovedMs = nowMs;
    }

    /// <summary>What it got cannot be taken for more than it was.</summary>
    /// <param name="memoryWasScarce">What could not be held broke connections in the middle.</param>
    public virtual void AssertNotDeceived(bool memoryWasScarce)
    {
    }

    protected static void Answer(StoryCall call, ReadOnlySpan<byte> body)
    {
        Must.Hold(!call.IsCut, $"call {call.Number} was cut, and has a reply");
        call.TakeReply(body);
    }

    public override string ToString() => $"caller {number} at socket {farEnd.Socket.Number}: {CallsToCome} calls to come, {Unanswered} unanswered, "
        + $"{farEnd.UnsentBytes} bytes unsent, {farEnd.Socket.UnreceivedBytes} on their way, reading {farEnd.IsReading}, over {farEnd.IsOver}, {farEnd.Inbox.Count} bytes of a reply";
}

internal sealed class SmfStoryCaller : StoryCaller
{
    /// <summary>What a call may be answered by other than its server: no route, too many, lost, none, in time.</summary>
    private static readonly uint[] Errors = [404, 408, 429, 502, 503, 504];

    private readonly SmfFarCaller _farEnd;
    private readonly Dictionary<ushort, StoryCall> _unanswered = [];
    private ushort _sessions;

    public SmfStoryCaller(SmfFarCaller farEnd, int number)
        : base(farEnd, number)
    {
        _farEnd = farEnd;
        farEnd.OnReply = TakeReply;
    }

    public override int Unanswered => _unanswered.Values.Count(call => !call.IsCut);

    public override void Send(IReadOnlyList<StoryCall> calls, Random random)
    {
        var bytes = new List<byte>();
        foreach (StoryCall call in calls)
        {
            byte[] message = SmfMessage.Encode(++_sessions, StorySetting.SmfId(call.Route), call.Request);
            _unanswered.Add(_sessions, call);
            bytes.AddRange(call.IsCut ? message.AsSpan(0, random.Next(message.Length)) : message);
        }
        _farEnd.Send([.. bytes]);
    }

    private void TakeReply(SmfMessage reply)
    {
        Must.Hold(_unanswered.Remove(reply.Header.Session, out StoryCall? call), $"a reply under session {reply.Header.Session}, which waits for none");
        if (reply.Header.Meta == SmfStatus.Ok)
            Answer(call, reply.Content);
        else
            call.Error = Errors.Contains(reply.Header.Meta) ? $"status {reply.Header.Meta}" : throw new InvalidDataException($"call {call.Number} was answered with status {reply.Header.Meta}");
    }
}

internal sealed class FrameStoryCaller : StoryCaller
{
    private readonly FrameFarCaller _farEnd;
    private readonly Queue<StoryCall> _unanswered = new();

    public FrameStoryCaller(FrameFarCaller farEnd, int number)
        : base(farEnd, number)
    {
        _farEnd = farEnd;
        farEnd.OnReply = TakeReply;
    }

    public override int Unanswered => _unanswered.Count(call => !call.IsCut);

    public override void Send(IReadOnlyList<StoryCall> calls, Random random)
    {
        var bytes = new List<byte>();
        foreach (StoryCall call in calls)
        {
            byte[] message = [.. Frame.RequestHeader(call.Route, call.RequestType, call.ReplyType), .. DataPart(call.RequestType, call.Request, random)];
            _unanswered.Enqueue(call);
            bytes.AddRange(call.IsCut ? message.AsSpan(0, random.Next(message.Length)) : message);
        }
        _farEnd.Send([.. bytes]);
    }

    /// <summary>In one frame or in several, as a caller or a server may cut it.</summary>
    public static byte[] DataPart(DataType type, byte[] data, Random random)
    {
        if (type == DataType.Json && random.Next(2) == 0)
            data = [.. data, (byte)'\n'];
        return random.Next(3) switch
        {
            0 => Frame.Octets(data, random.Next(1 + (data.Length / 50), 1 + data.Length)),
            1 when type == DataType.Octets => Frame.Octets(data, Math.Max(1, data.Length)),
            _ => Frame.Encode(FrameType.Data, true, data),
        };
    }

    /// <remarks>
    /// A socket that cannot be reset has no visible way to be closed at once: who does not read for seconds, and whose bytes cannot be
    /// held, is closed on it all the same.
    /// </remarks>
    public override void AssertNotDeceived(bool memoryWasScarce)
    {
        bool hasNoVisibleWay = !_farEnd.Socket.CanReset && (StoppedReading || memoryWasScarce);
        Must.Hold(!_farEnd.EndedDeceptively || hasNoVisibleWay, $"a reply was cut so that it looks whole: {this}");
    }

    private void TakeReply(FrameMessage reply)
    {
        Must.Hold(_unanswered.TryDequeue(out StoryCall? call), "a reply to no call");
        if (reply.Error != ReplyError.Ok)
            call.Error = $"error {reply.Error}, {reply.ErrorMessage}";
        else
            Answer(call, reply.DataType == DataType.Json ? reply.Data.AsSpan().TrimEnd((byte)'\n') : reply.Data);
    }
}
