using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Routing;

namespace FrameRpc.Gateway.Control.Health;

/// <summary>What all workers and the check have found out about one server.</summary>
internal sealed class ServerHealthRecord(DateTimeOffset created)
{
    private readonly SortedSet<int> _unreachableFor = [];
    private DateTimeOffset _backAt = DateTimeOffset.MinValue;
    private bool _wasUsed;

    public ServerEjection? Ejection { get; private set; }

    /// <summary>When the condition last changed.</summary>
    public DateTimeOffset Since { get; private set; } = created;

    public string Reason { get; private set; } = "";

    /// <summary>By the last checks; null without any.</summary>
    public ServerHealth? Health { get; private set; }

    public ServerCondition ConditionAt(DateTimeOffset now, TimeSpan slowStart) =>
        Health == ServerHealth.Down || _unreachableFor.Count > 0 ? ServerCondition.Down
        : Ejection is not null ? ServerCondition.Ejected
        : !_wasUsed ? ServerCondition.Unknown
        : now - _backAt < slowStart ? ServerCondition.Warming
        : ServerCondition.Up;

    /// <summary>Adopts what a worker has seen.</summary>
    /// <returns>True if the condition has changed, other than by the first connection.</returns>
    public bool Note(ServerEvent seen, long number, DateTimeOffset now)
    {
        Kind before = Summary;
        _wasUsed = true;
        switch (seen.Kind)
        {
            case ServerEventKind.Unreachable:
                _unreachableFor.Add(seen.Worker);
                break;
            case ServerEventKind.Reached:
                _unreachableFor.Remove(seen.Worker);
                break;
            case ServerEventKind.Ejected:
                // The first worker that ejects a server finds out for all whether it is back.
                Ejection = new ServerEjection(number, Ejection?.Worker ?? seen.Worker, Math.Max(seen.Level, Ejection?.Level ?? 0));
                break;
            case ServerEventKind.Recovered:
                Ejection = null;
                break;
        }
        return IsChanged(before, seen.Evidence, now);
    }

    /// <summary>Adopts the result of a check.</summary>
    /// <returns>True if the condition has changed, other than by the first check.</returns>
    public bool NoteCheck(bool isUp, string evidence, DateTimeOffset now)
    {
        Kind before = Summary;
        _wasUsed = true;
        Health = isUp ? ServerHealth.Up : ServerHealth.Down;
        return IsChanged(before, evidence, now);
    }

    private enum Kind
    {
        Unknown,
        Up,
        Ejected,
        Down,
    }

    private Kind Summary =>
        Health == ServerHealth.Down || _unreachableFor.Count > 0 ? Kind.Down
        : Ejection is not null ? Kind.Ejected
        : _wasUsed ? Kind.Up
        : Kind.Unknown;

    private bool IsChanged(Kind before, string evidence, DateTimeOffset now)
    {
        if (Summary == before)
            return false;
        Since = now;
        Reason = evidence;
        // That a server is there when it is first needed is no news.
        if (before == Kind.Unknown && Summary == Kind.Up)
            return false;
        if (Summary == Kind.Up)
            _backAt = now;
        return true;
    }
}
