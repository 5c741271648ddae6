using System.Buffers.Binary;

namespace FrameRpc.Tests.Simulation.Smf;

/// <summary>
/// A payload whose root table is in front and whose vtable is far behind, as when a builder shares it with the first table that it wrote.
/// </summary>
internal static class FarTable
{
    /// <param name="random">Source of all other bytes.</param>
    /// <param name="vtable">Its first four bytes.</param>
    /// <param name="place">Its position.</param>
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
