using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Workers;

/// <summary>Something that is due at a time: an entry that is linked into a <see cref="TimerWheel"/> without allocating.</summary>
internal abstract class TimerEntry
{
    internal TimerEntry? Next;
    internal TimerEntry? Previous;
    internal int Slot = -1;

    /// <summary>On the loop's clock, in milliseconds.</summary>
    public long DueMs { get; internal set; }

    public bool IsArmed => Slot >= 0;

    /// <summary>To whom it belongs: who is given up if <see cref="OnDue"/> lets an exception escape.</summary>
    protected internal abstract IReadyHandler? Owner { get; }

    protected internal abstract void OnDue();
}

/// <summary>A timer whose owner has more than one and tells them apart by what they call.</summary>
internal sealed class CallbackTimer(IReadyHandler owner, Action onDue) : TimerEntry
{
    protected internal override IReadyHandler? Owner => owner;

    protected internal override void OnDue() => onDue();
}
