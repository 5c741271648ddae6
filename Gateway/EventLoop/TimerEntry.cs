using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>A timer: an entry that is linked into a <see cref="TimerWheel"/> without allocating.</summary>
internal abstract class TimerEntry
{
    internal TimerEntry? Next;
    internal TimerEntry? Previous;

    /// <summary>The earliest tick at which it fires, in units of <see cref="TimerWheel.TickMs"/>.</summary>
    internal long DueTick = NotArmed;

    internal const long NotArmed = -1;

    public bool IsArmed => DueTick != NotArmed;

    /// <summary>What is closed if <see cref="OnDue"/> throws.</summary>
    protected internal abstract IReadyHandler? Owner { get; }

    protected internal abstract void OnDue();
}

/// <summary>A timer that calls back, for owners with more than one.</summary>
internal sealed class CallbackTimer(IReadyHandler owner, Action onDue) : TimerEntry
{
    protected internal override IReadyHandler? Owner => owner;

    protected internal override void OnDue() => onDue();
}
