using System.Globalization;
using System.Text;
using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Formats.Lines;

/// <summary>
/// A third format, which shows what one needs: lines of text with a request id and a length in front, one call at a time.
/// Layout of a request and of its reply: id(8 hexadecimal digits) length(4) text(length) newline.
/// </summary>
internal sealed class LinesFormat : Format
{
    public const int HeaderBytes = 12;

    public static WireFormat Lines { get; } = new("lines");
    public static CallStatus Answered => new(1);
    public static CallStatus Failed => new(2);
    public override WireFormat Wire => Lines;
    public override StatusList Statuses { get; } = new("answered", "failed");

    public override CallerFactory ForWorker(WorkerContext context) => (ledger, socket, onClosed) => new LinesCaller(context, ledger, socket, onClosed);

    public override ServerConnection Connect(Loop loop, ISocket socket, Server server, bool isExclusive) => new LinesServerConnection(loop, socket, server);

    // It has neither an embedded server nor load.
    public override Connection ServeDemo(Loop loop, ISocket socket, Action? onClosed = null) => throw new NotSupportedException();
    public override LoadConnection Connect(LoadThread thread, ISocket socket) => throw new NotSupportedException();
    public override LoadPayload PayloadOf(LoadPlan plan) => throw new NotSupportedException();

    public static byte[] Encode(uint id, string text) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id:x8}{text.Length:x4}{text}\n"));

    /// <summary>The length of the message that begins here, or 0 while that is not known.</summary>
    public static int LengthOf(ReadOnlySpan<byte> bytes, out uint id)
    {
        id = 0;
        if (bytes.Length < HeaderBytes)
            return 0;
        id = uint.Parse(bytes[..8], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return HeaderBytes + int.Parse(bytes[8..HeaderBytes], NumberStyles.HexNumber, CultureInfo.InvariantCulture) + 1;
    }
}

/// <summary>A caller: the request is held whole until there is a connection for it.</summary>
internal sealed class LinesCaller : Caller
{
    private readonly CallbackTimer _timeout;
    private readonly Request _request;
    private LinesServerConnection? _connection;
    private RouteState? _route;
    private CallEntry _entry;
    private Phase _phase;

    public LinesCaller(WorkerContext context, ListenerLedger ledger, ISocket socket, Action onClosed)
        : base(context, ledger, socket, onClosed)
    {
        _timeout = new CallbackTimer(this, () => Reject(RejectReason.TimedOut));
        _request = new Request(this);
    }

    private enum Phase { Idle, Waiting, Rejected, Sent }

    protected override bool MustRead => _route is null;

    protected override bool IsIdle => _route is null;

    public override void LeaveWhenIdle()
    {
        if (_route is null)
            EndAfterOutput();
    }

    public void Reply(ReadOnlySpan<byte> message)
    {
        Write(message);
        Loop.Counters.CallsAnswered++;
        _connection = null;
        EndCall(LinesFormat.Answered);
    }

    public void Reject(RejectReason why)
    {
        Context.NoteRejected(why);
        _route?.Backend.Cancel(_request);
        LinesServerConnection? connection = _connection;
        _connection = null;
        connection?.Drop();
        Write(LinesFormat.Encode(0, why.ToString()));
        EndCall(LinesFormat.Failed);
    }

    protected override int Consume(Span<byte> bytes)
    {
        int at = 0;
        while (_phase != Phase.Sent && LinesFormat.LengthOf(bytes[at..], out uint id) is > 0 and var length && bytes.Length - at >= length)
        {
            if (_phase == Phase.Idle)
                Begin(id);
            if (_phase == Phase.Waiting && _connection is null)
                break;
            _connection?.Write(bytes.Slice(at, length));
            _phase = _connection is null ? Phase.Idle : Phase.Sent;
            at += length;
        }
        return at;
    }

    protected override void OnPeerEnded() => Close();

    protected override void OnClosed()
    {
        _route?.Backend.Cancel(_request);
        _connection?.Drop();
        _entry.End(Loop, Name);
        Loop.Timers.Disarm(_timeout);
        base.OnClosed();
    }

    private void Begin(uint id)
    {
        _phase = Phase.Waiting;
        _route = Context.Routes.Find(id) is { } found && found.Format == LinesFormat.Lines ? found : null;
        _entry.Begin(_route?.TallyIn(Ledger) ?? Ledger.Unrouted, Loop.NowUs);
        if (_route is null)
        {
            Reject(RejectReason.NoRoute);
            return;
        }
        Loop.Timers.Arm(_timeout, Loop.NowMs + _route.Policy.TimeoutMs);
        _route.Backend.Acquire(_request);
    }

    private void EndCall(CallStatus status)
    {
        _entry.Status = status;
        _entry.End(Loop, Name);
        Loop.Timers.Disarm(_timeout);
        _route = null;
        // One that was not sent still stands in front, and is left out.
        _phase = _phase == Phase.Sent ? Phase.Idle : Phase.Rejected;
        ResumeInput();
    }

    private sealed class Request(LinesCaller caller) : ConnectionRequest
    {
        protected internal override uint Key => 0;

        protected internal override void OnConnection(ServerConnection connection)
        {
            caller._connection = (LinesServerConnection)connection;
            caller._entry.Server = connection.Server.Statistics;
            caller._connection.Take(caller);
            caller.ResumeInput();
        }

        protected internal override void OnNoConnection(RejectReason why) => caller.Reject(why);
    }
}

/// <summary>A connection to a server, which carries one call at a time.</summary>
internal sealed class LinesServerConnection(Loop loop, ISocket socket, Server server) : ServerConnection(loop, socket, server, isExclusive: true)
{
    private long _takenMs;

    public LinesCaller? Caller { get; private set; }

    public void Take(LinesCaller caller)
    {
        Caller = caller;
        _takenMs = Loop.NowMs;
        OnCallBegun();
    }

    /// <summary>Its caller is gone, or has its answer.</summary>
    public void Drop()
    {
        Release();
        Abort();
    }

    protected internal override void Leave() => Close();
    protected override int Consume(Span<byte> bytes)
    {
        if (LinesFormat.LengthOf(bytes, out _) is not (> 0 and var length) || bytes.Length < length || Release() is not { } caller)
            return 0;
        HasReplied = true;
        caller.Reply(bytes[..length]);
        Server.GiveBack(this);
        return length;
    }

    protected override void OnClosed()
    {
        LinesCaller? caller = Release();
        JudgeEnd(callsLost: caller is null ? 0 : 1);
        base.OnClosed();
        caller?.Reject(RejectReason.ServerLost);
    }

    private LinesCaller? Release()
    {
        LinesCaller? caller = Caller;
        Caller = null;
        if (caller is not null)
            OnCallEnded(_takenMs);
        return caller;
    }
}
