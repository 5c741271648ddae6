using System.Diagnostics.CodeAnalysis;
using FrameRpc.Protocol.Errors;

namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>Decompresses payloads according to <see cref="SmfHeader.Compression"/>. Verify the checksum first: it is of the bytes as sent.</summary>
public static class SmfDecompressor
{
    /// <summary>Returns the payload as it was before compression. Nothing that a peer sends makes this throw.</summary>
    /// <remarks>
    /// Zstd frames may lack a content size, as streaming encoders write them; dictionaries are rejected, and so is anything after the frame or block.
    /// Besides the original, which never takes more than <paramref name="bytesMax"/>, libzstd allocates a context for the call: room for one block
    /// and its tables, whatever the payload says.
    /// </remarks>
    /// <param name="compression">As in the header; any byte is possible.</param>
    /// <param name="payload">The whole payload as it was sent. An uncompressed one is copied; to avoid that, do not call this.</param>
    /// <param name="bytesMax">
    /// The limit for the original, in bytes; at most <see cref="Array.MaxLength"/>. It is applied before memory is allocated.
    /// </param>
    /// <param name="plain">The original.</param>
    /// <param name="problem">What is wrong with the payload.</param>
    /// <returns>False if there is a <paramref name="problem"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytesMax"/> is negative.</exception>
    /// <exception cref="SmfCompressionUnavailableException">The system lacks the library; see <see cref="Require"/>.</exception>
    public static bool TryDecompress(
        SmfCompression compression,
        ReadOnlySpan<byte> payload,
        int bytesMax,
        out ReadOnlyMemory<byte> plain,
        [NotNullWhen(false)] out SmfDecompressionProblem? problem)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesMax);
        bytesMax = Math.Min(bytesMax, Array.MaxLength);
        plain = default;
        problem = compression switch
        {
            SmfCompression.None or SmfCompression.Disabled => Copy(payload, bytesMax, out plain),
            SmfCompression.Zstd => ZstdPayload.Read(payload, bytesMax, out plain),
            SmfCompression.Lz4 => Lz4Payload.Read(payload, bytesMax, out plain),
            _ => SmfDecompressionProblem.Malformed($"compression {(byte)compression} is unknown"),
        };
        return problem is null;
    }

    /// <summary>Loads the library that such payloads need, if any, so that a missing one is detected at start and not at the first payload.</summary>
    /// <exception cref="SmfCompressionUnavailableException">The system lacks it; the message says what to install.</exception>
    public static void Require(SmfCompression compression)
    {
        if (compression == SmfCompression.Zstd)
            _ = ZstdLibrary.Instance;
        else if (compression == SmfCompression.Lz4)
            _ = Lz4Library.Instance;
    }

    /// <summary>How many of a payload's first bytes <see cref="RoomFor"/> needs; 0 if none.</summary>
    internal static int PrefixBytes(SmfCompression compression, uint payloadBytes) => compression switch
    {
        SmfCompression.Zstd => (int)Math.Min(ZstdFrame.HeaderBytesMax, payloadBytes - 1),
        SmfCompression.Lz4 => (int)Math.Min(Lz4Payload.PrefixBytes, payloadBytes - 1),
        _ => 0,
    };

    /// <summary>
    /// The most that <see cref="TryDecompress"/> would allocate for the original; nothing if it rejects the payload before it allocates.
    /// </summary>
    /// <param name="compression">As in the header.</param>
    /// <param name="prefix">The first bytes of the payload, see <see cref="PrefixBytes"/>.</param>
    /// <param name="bytesMax">The limit for the original, in bytes.</param>
    /// <param name="roomBytesMax">
    /// The most that is available. A payload that announces no length gets no more than this; one that announces more asks for more.
    /// </param>
    internal static SmfUnpackRoom RoomFor(SmfCompression compression, ReadOnlySpan<byte> prefix, int bytesMax, long roomBytesMax) => compression switch
    {
        SmfCompression.Zstd => ZstdPayload.RoomFor(prefix, bytesMax, roomBytesMax),
        SmfCompression.Lz4 => Lz4Payload.RoomFor(prefix, bytesMax),
        _ => default,
    };

    private static SmfDecompressionProblem? Copy(ReadOnlySpan<byte> payload, int bytesMax, out ReadOnlyMemory<byte> plain)
    {
        plain = default;
        if (payload.Length > bytesMax)
            return SmfDecompressionProblem.TooLarge($"plain payload has {payload.Length} bytes", bytesMax);
        plain = payload.ToArray();
        return null;
    }
}

/// <summary>Why a payload could not be decompressed. Its sender is to blame.</summary>
/// <param name="IsTooLarge">
/// The original is larger than the limit, which is <see cref="SmfStatus.TooLarge"/> in a reply; anything else is <see cref="SmfStatus.BadRequest"/>.
/// </param>
/// <param name="Message">What is wrong, with the figures, for a log. Contains none of the payload's bytes.</param>
public sealed record SmfDecompressionProblem(bool IsTooLarge, string Message)
{
    internal static SmfDecompressionProblem TooLarge(string what, int bytesMax) => new(true, $"{what}, more than the limit of {bytesMax} bytes");

    internal static SmfDecompressionProblem Malformed(string what) => new(false, what);
}

/// <summary>The memory for decompressing a payload.</summary>
/// <param name="ContentBytesMax">
/// The limit for the original with this memory: a payload without an announced length may turn out to be longer, and is then rejected.
/// </param>
/// <param name="Bytes">Everything that is allocated while decompressing.</param>
internal readonly record struct SmfUnpackRoom(int ContentBytesMax, long Bytes);

/// <summary>The system's libzstd or liblz4, which is loaded at first use, is missing.</summary>
/// <remarks>
/// The message has the library, the file names that were tried, and what to install on Debian, Alpine, macOS and Windows. The result is kept: a
/// library installed later is found after a restart.
/// </remarks>
/// <param name="message">What is missing, and what to do.</param>
public sealed class SmfCompressionUnavailableException(string message) : InvalidOperationException(message);
