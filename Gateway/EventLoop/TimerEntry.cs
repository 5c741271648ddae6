using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>Something that is due at a time: an entry that is linked into a <see cref="TimerWheel"/> without allocating.</summary>
internal abstract class TimerEntry
{
    internal TimerEntry? Next;
    internal TimerEntry? Previous;

    /// <summary>Not before the loop's clock is there, in ticks of <see cref="TimerWheel.TickMs"/>.</summary>
    internal long DueTick = NotArmed;

    internal const long NotArmed = -1;

    public bool IsArmed => DueTick != NotArmed;

    /// <summary>What is given up if <see cref="OnDue"/> lets an exception escape.</summary>
    protected internal abstract IReadyHandler? Owner { get; }

    protected internal abstract void OnDue();
}

/// <summary>A timer that calls back, for an owner that has more than one.</summary>
internal sealed class CallbackTimer(IReadyHandler owner, Action onDue) : TimerEntry
{
    protected internal override IReadyHandler? Owner => owner;

    protected internal override void OnDue() => onDue();
}
