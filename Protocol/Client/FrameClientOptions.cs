using FrameRpc.Protocol.Limits;

namespace FrameRpc.Protocol.Client;

/// <summary>What a <see cref="FrameClient"/> can be told.</summary>
public sealed record FrameClientOptions : ClientOptions
{
    /// <summary>Connections at once. A connection carries one call at a time, so further calls wait.</summary>
    public int ConnectionsMax { get; init; } = 16;

    /// <summary>How long a connection that nobody needs is kept.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    internal override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(ConnectionsMax, 1);
        TimeLimit.Validate(IdleTimeout);
    }
}
