namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>A zstd payload: one zstd frame and nothing else. See <see cref="ZstdFrame"/>.</summary>
internal static class ZstdPayload
{
    // An original that fills less than one part in this many of its array is copied.
    private const int KeptPartMin = 4;

    /// <summary>The most that <see cref="Read"/> allocates, as far as the first bytes of the payload tell.</summary>
    public static SmfUnpackRoom RoomFor(ReadOnlySpan<byte> prefix, int bytesMax, long roomBytesMax)
    {
        if (ZstdFrame.ReadHeader(prefix, out ulong? announced, out _) is not null)
            return default;
        if (announced is { } content)
            return content <= (ulong)bytesMax ? new SmfUnpackRoom((int)content, (int)content) : default;
        // The room must also hold the copy that may be made.
        bytesMax = (int)Math.Min(bytesMax, roomBytesMax - (roomBytesMax / (KeptPartMin + 1)));
        return new SmfUnpackRoom(bytesMax, bytesMax + (long)(bytesMax / KeptPartMin));
    }

    /// <summary>
    /// Allocates memory for the original only after the limit was applied to the size that the frame announces, or to the maximum content of its
    /// blocks.
    /// </summary>
    public static SmfDecompressionProblem? Read(ReadOnlySpan<byte> payload, int bytesMax, out ReadOnlyMemory<byte> plain)
    {
        plain = default;
        if (ZstdFrame.Read(payload, out ZstdFrame frame) is { } problem)
            return Malformed(payload, problem);
        if (frame.ContentBytes is not { } announced)
            return ReadUnannounced(payload, (int)Math.Min(frame.ContentBytesMax, (ulong)bytesMax), bytesMax, out plain);
        if (announced > (ulong)bytesMax)
            return SmfDecompressionProblem.TooLarge($"zstd payload announces {announced} bytes", bytesMax);
        if (announced > frame.ContentBytesMax)
            return Malformed(payload, $"announces {announced} bytes, more than its blocks can hold");

        byte[] original = GC.AllocateUninitializedArray<byte>((int)announced);
        ZstdError error = ZstdLibrary.Instance.Decompress(payload, original, out int written);
        if (error != ZstdError.None)
            return Refused(payload, error);
        if (written != original.Length)
            return Malformed(payload, $"announces {announced} bytes, but its blocks hold {written}");
        plain = original;
        return null;
    }

    /// <summary>
    /// A frame that was compressed as a stream. It is decoded in one step into an array for the maximum content of its blocks: the library's
    /// streaming decoder would also allocate a window, of a size that the sender chooses.
    /// </summary>
    private static SmfDecompressionProblem? ReadUnannounced(ReadOnlySpan<byte> payload, int capacityBytes, int bytesMax, out ReadOnlyMemory<byte> plain)
    {
        plain = default;
        byte[] room = GC.AllocateUninitializedArray<byte>(capacityBytes);
        ZstdError error = ZstdLibrary.Instance.Decompress(payload, room, out int written);
        // Blocks fill at most ContentBytesMax, so if they do not fit, the limit made the array too small.
        if (error == ZstdError.DestinationTooSmall && capacityBytes == bytesMax)
            return SmfDecompressionProblem.TooLarge($"zstd payload of {payload.Length} bytes has more content than it announces", bytesMax);
        if (error != ZstdError.None)
            return Refused(payload, error);

        // Avoids keeping a mostly empty array alive.
        plain = written < capacityBytes / KeptPartMin ? room.AsSpan(0, written).ToArray() : room.AsMemory(0, written);
        return null;
    }

    private static SmfDecompressionProblem Refused(ReadOnlySpan<byte> payload, ZstdError error) =>
        error == ZstdError.OutOfMemory
            ? throw new InsufficientMemoryException($"libzstd got no memory to decompress a payload of {payload.Length} bytes.")
            : Malformed(payload, $"has a broken frame: {ZstdLibrary.Instance.Describe(error)}");

    private static SmfDecompressionProblem Malformed(ReadOnlySpan<byte> payload, string what) =>
        SmfDecompressionProblem.Malformed($"zstd payload of {payload.Length} bytes {what}");
}
