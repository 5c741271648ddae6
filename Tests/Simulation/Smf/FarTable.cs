using System.Buffers.Binary;

namespace FrameRpc.Tests.Simulation.Smf;

/// <summary>A payload whose root table stands in front, and whose vtable stands far behind, as where a builder shares it with the first table it wrote.</summary>
internal static class FarTable
{
    /// <param name="random">Of what all other bytes are.</param>
    /// <param name="vtable">Its first four bytes.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="bytes">The length of the payload.</param>
    public static byte[] Build(Random random, ReadOnlySpan<byte> vtable, int place, int bytes)
    {
        byte[] payload = new byte[bytes];
        random.NextBytes(payload);
        BinaryPrimitives.WriteInt32LittleEndian(payload, 4);
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(4), 4 - place);
        vtable.CopyTo(payload.AsSpan(place));
        return payload;
    }
}
