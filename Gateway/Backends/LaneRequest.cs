namespace FrameRpc.Gateway.Backends;

/// <summary>Somebody who needs an exclusive lane: told of it at once, or later, or told why there is none.</summary>
internal abstract class LaneRequest
{
    /// <summary>Neighbours in the backend's queue.</summary>
    internal LaneRequest? Next, Previous;

    internal bool IsQueued;

    /// <summary>The lane that is being connected for this request.</summary>
    internal Lane? Connecting;

    /// <summary>Servers that could not be reached for it.</summary>
    internal int ServersTried;

    protected internal abstract void OnLane(Lane lane);

    protected internal abstract void OnNoLane(Refusal why);
}
