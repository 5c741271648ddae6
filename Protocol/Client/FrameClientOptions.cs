using FrameRpc.Protocol.Limits;

namespace FrameRpc.Protocol.Client;

/// <summary>What a <see cref="FrameClient"/> can be told.</summary>
public sealed record FrameClientOptions : ClientOptions
{
    /// <summary>Connections at once. A connection carries one call at a time, so further calls wait.</summary>
    public int ConnectionsMax { get; init; } = 16;

    /// <summary>How long a connection that nobody needs is kept.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether every server behind the address reads an octets request to its end, or closes, before it reads the next request: this library's server does, and
    /// this gateway. The first implementation's handlers may leave a part of the octets unread, and its server reads that as the next request: so a connection
    /// that carried an octets request is not used again, unless this is set.
    /// </summary>
    public bool ServerDrainsOctets { get; init; }

    internal override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(ConnectionsMax, 1);
        TimeLimit.Validate(IdleTimeout);
    }
}
