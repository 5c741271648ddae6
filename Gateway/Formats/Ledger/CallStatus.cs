namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>How a call ended: a place in the closed list of its format, see <see cref="StatusList"/>.</summary>
internal readonly record struct CallStatus(byte Place)
{
    /// <summary>In every format: the connection ended or was broken before the reply was whole.</summary>
    public static CallStatus Cut => default;
}
