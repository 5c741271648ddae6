using System.Buffers;

namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>Compresses payloads that become smaller by it. Immutable and thread-safe.</summary>
public sealed class SmfCompressor
{
    /// <summary>
    /// 1 KiB, as smf's own C++ load generators pass to their filters. Smaller payloads fit into one network packet anyway, so compression saves
    /// little.
    /// </summary>
    public const int DefaultMinimumBytes = 1024;

    // libzstd's ZSTD_CLEVEL_DEFAULT, and -1 of the lz4 command. smf's C++ filters use each library's fastest level.
    private const int DefaultZstdLevel = 3;
    private const int DefaultLz4Level = 1;

    private const int ZstdLevelMax = 22;
    private const int Lz4LevelMax = 12;

    private readonly int _level;

    /// <summary>Loads the library, so that a missing one is detected here and not at the first large payload.</summary>
    /// <param name="algorithm"><see cref="SmfCompression.Zstd"/> or <see cref="SmfCompression.Lz4"/>.</param>
    /// <param name="minimumBytes">Smaller payloads are not compressed; at least 1.</param>
    /// <param name="level">
    /// From 1, fast, to 22 (zstd) or 12 (lz4), small; null is 3 for zstd and 1 for lz4. Zstd takes much more memory from 20 on. For lz4, 1 and 2 are
    /// the same.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
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

    /// <summary>The compression to set in the header of a compressed payload.</summary>
    public SmfCompression Algorithm { get; }

    /// <summary>Smaller payloads are not compressed, in bytes.</summary>
    public int MinimumBytes { get; }

    /// <summary>Appends the compressed payload to <paramref name="destination"/>, if it is smaller than the original.</summary>
    /// <remarks>
    /// Do not call this for a payload that is <see cref="SmfCompression.Disabled"/>. The checksum to send is that of the bytes appended here. A zstd
    /// frame has its content's size, which some receivers need.
    /// </remarks>
    /// <param name="payload">The uncompressed payload.</param>
    /// <param name="destination">
    /// Asked once, for one byte less than the payload has: a result that does not fit is useless. Not advanced if false is returned.
    /// </param>
    /// <param name="written">Bytes appended; 0 if false is returned.</param>
    /// <returns>False if the payload is to be sent uncompressed: it is below the minimum, or would not become smaller.</returns>
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
