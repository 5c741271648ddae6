using System.Diagnostics.CodeAnalysis;
using FrameRpc.Protocol.Errors;

namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>Unpacks payloads as <see cref="SmfHeader.Compression"/> says they are packed. Check the checksum first: it is of the bytes as sent.</summary>
public static class SmfDecompressor
{
    /// <summary>Gives back the payload as it was before compression. Nothing that a peer sends makes this throw.</summary>
    /// <remarks>
    /// Zstd frames may be without a content size, as streaming encoders write them; dictionaries are refused, and so is anything after the frame or block.
    /// Besides the original, which never takes more than <paramref name="bytesMax"/>, libzstd takes a context for the call: room for one block and its tables,
    /// whatever the payload says.
    /// </remarks>
    /// <param name="compression">As the header says; any byte may stand there.</param>
    /// <param name="payload">The whole payload as it was sent. A plain one is copied: to spare that, do not call this.</param>
    /// <param name="bytesMax">The limit for the original, in bytes; <see cref="Array.MaxLength"/> at most. It is applied before memory is taken.</param>
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

    /// <summary>Loads the library that such payloads need, if any, so that a missing one is found at the start and not by the first payload.</summary>
    /// <exception cref="SmfCompressionUnavailableException">The system lacks it; the message says what to install.</exception>
    public static void Require(SmfCompression compression)
    {
        if (compression == SmfCompression.Zstd)
            _ = ZstdLibrary.Instance;
        else if (compression == SmfCompression.Lz4)
            _ = Lz4Library.Instance;
    }

    /// <summary>How many of a payload's first bytes <see cref="RoomFor"/> wants to see; 0 where it needs none.</summary>
    internal static int PrefixBytes(SmfCompression compression, uint payloadBytes) => compression switch
    {
        SmfCompression.Zstd => (int)Math.Min(ZstdFrame.HeaderBytesMax, payloadBytes - 1),
        SmfCompression.Lz4 => (int)Math.Min(Lz4Payload.PrefixBytes, payloadBytes - 1),
        _ => 0,
    };

    /// <summary>How much <see cref="TryDecompress"/> would take for the original, at most; nothing where it refuses the payload before it takes any.</summary>
    /// <param name="compression">As the header says.</param>
    /// <param name="prefix">The first bytes of the payload, see <see cref="PrefixBytes"/>.</param>
    /// <param name="bytesMax">The limit for the original, in bytes.</param>
    /// <param name="roomBytesMax">What can be had at all. One that announces no length gets no more; one that announces more asks for more.</param>
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
/// <param name="Message">What is wrong, with the figures, for a log. Holds none of the payload's bytes.</param>
public sealed record SmfDecompressionProblem(bool IsTooLarge, string Message)
{
    internal static SmfDecompressionProblem TooLarge(string what, int bytesMax) => new(true, $"{what}, more than the limit of {bytesMax} bytes");

    internal static SmfDecompressionProblem Malformed(string what) => new(false, what);
}

/// <summary>The memory that unpacking a payload takes.</summary>
/// <param name="ContentBytesMax">The limit for the original that goes with it: what announces no length may turn out to be longer, and is refused then.</param>
/// <param name="Bytes">All that is taken while it is unpacked.</param>
internal readonly record struct SmfUnpackRoom(int ContentBytesMax, long Bytes);

/// <summary>The system's libzstd or liblz4, which is loaded when first needed, is not there.</summary>
/// <remarks>
/// The message names the library, the file names that were tried, and what to install on Debian, Alpine, macOS and Windows. The answer is kept: a library
/// installed later is found after a restart.
/// </remarks>
/// <param name="message">What is missing, and what to do.</param>
public sealed class SmfCompressionUnavailableException(string message) : InvalidOperationException(message);
