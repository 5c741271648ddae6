namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>How a call ended: an index into the fixed list of its format, see <see cref="StatusList"/>.</summary>
internal readonly record struct CallStatus(byte Place)
{
    /// <summary>In every format: the connection ended or broke before the reply was complete.</summary>
    public static CallStatus Cut => default;
}
