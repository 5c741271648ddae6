using System.Buffers;

namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>Packs the payloads for which that pays. Immutable; safe on many threads at once.</summary>
public sealed class SmfCompressor
{
    /// <summary>1 KiB, as smf's own C++ load generators pass to their filters. Less fits one network packet in any case, so packing it saves little.</summary>
    public const int DefaultMinimumBytes = 1024;

    // What libzstd means by ZSTD_CLEVEL_DEFAULT, and the lz4 command by -1. smf's C++ filters take each library's fastest.
    private const int DefaultZstdLevel = 3;
    private const int DefaultLz4Level = 1;

    private const int ZstdLevelMax = 22;
    private const int Lz4LevelMax = 12;

    private readonly int _level;

    /// <summary>Loads the library, so that a missing one is found here and not by the first large payload.</summary>
    /// <param name="algorithm"><see cref="SmfCompression.Zstd"/> or <see cref="SmfCompression.Lz4"/>.</param>
    /// <param name="minimumBytes">Payloads below this stay plain; at least 1.</param>
    /// <param name="level">
    /// From 1, fast, to 22 (zstd) or 12 (lz4), small; null is 3 for zstd and 1 for lz4. Zstd takes much more memory from 20 on. For lz4, 1 and 2 are one.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is none of these.</exception>
    /// <exception cref="SmfCompressionUnavailableException">The system lacks the library.</exception>
    public SmfCompressor(SmfCompression algorithm, int minimumBytes = DefaultMinimumBytes, int? level = null)
    {
        if (algorithm is not (SmfCompression.Zstd or SmfCompression.Lz4))
            throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Payloads are compressed with Zstd or Lz4.");
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumBytes, 1);
        bool zstd = algorithm == SmfCompression.Zstd;
        _level = level ?? (zstd ? DefaultZstdLevel : DefaultLz4Level);
        ArgumentOutOfRangeException.ThrowIfLessThan(_level, 1, nameof(level));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_level, zstd ? ZstdLevelMax : Lz4LevelMax, nameof(level));

        Algorithm = algorithm;
        MinimumBytes = minimumBytes;
        SmfDecompressor.Require(algorithm);
    }

    /// <summary>What the header of a packed payload has to say.</summary>
    public SmfCompression Algorithm { get; }

    /// <summary>Payloads below this stay plain, in bytes.</summary>
    public int MinimumBytes { get; }

    /// <summary>Appends the packed payload to <paramref name="destination"/>, if that is shorter than the plain one.</summary>
    /// <remarks>
    /// Leave a payload that is <see cref="SmfCompression.Disabled"/> alone. The checksum to send is that of the bytes appended here. A zstd frame tells its
    /// content's size, which some receivers need.
    /// </remarks>
    /// <param name="payload">The plain payload.</param>
    /// <param name="destination">
    /// Asked once, for one byte less than the payload has: a result that does not fit is not worth having. Not advanced if false is returned.
    /// </param>
    /// <param name="written">Bytes appended; 0 if false is returned.</param>
    /// <returns>False if the payload is to be sent plain: it is below the minimum, or would not become smaller.</returns>
    public bool TryCompress(ReadOnlySpan<byte> payload, IBufferWriter<byte> destination, out int written)
    {
        written = 0;
        if (payload.Length < MinimumBytes)
            return false;

        int roomBytes = payload.Length - 1;
        Span<byte> room = destination.GetSpan(roomBytes)[..roomBytes];
        bool fits = Algorithm == SmfCompression.Zstd
            ? ZstdLibrary.Instance.TryCompress(payload, room, _level, out written)
            : Lz4Payload.TryWrite(payload, room, _level, out written);
        if (fits)
            destination.Advance(written);
        return fits;
    }
}
