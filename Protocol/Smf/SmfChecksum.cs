using System.IO.Hashing;

namespace FrameRpc.Protocol.Smf;

/// <summary>The checksum of an smf payload.</summary>
public static class SmfChecksum
{
    /// <summary>The low 32 bits of xxHash64, seed 0, of <paramref name="payload"/> as sent, so after compression.</summary>
    /// <remarks>One payload in 2^32 has the checksum 0, which peers treat as missing: such a payload cannot be sent.</remarks>
    public static uint Of(ReadOnlySpan<byte> payload) => (uint)XxHash64.HashToUInt64(payload);
}
