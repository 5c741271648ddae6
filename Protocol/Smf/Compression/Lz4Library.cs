using System.Diagnostics;

namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>The functions of liblz4 that are used, over spans. Thread-safe, because they keep no state between calls.</summary>
/// <remarks>Only the stable part of <c>lz4.h</c> and <c>lz4hc.h</c>, as it is since 1.7.</remarks>
internal sealed unsafe class Lz4Library
{
    /// <summary>From this level on, the slower and stronger compressor of <c>lz4hc.h</c> is used, as in the <c>lz4</c> command.</summary>
    private const int StrongLevelMin = 3;

    private static readonly Lazy<Lz4Library> Loaded = new(() => new Lz4Library(SystemLibrary.OpenFromSystem));

    private readonly delegate* unmanaged[Cdecl]<byte*, byte*, int, int, int> _compressFast;
    private readonly delegate* unmanaged[Cdecl]<byte*, byte*, int, int, int, int> _compressStrong;
    private readonly delegate* unmanaged[Cdecl]<byte*, byte*, int, int, int> _decompress;

    internal Lz4Library(LibraryOpener open)
    {
        nint handle = SystemLibrary.Lz4.Open(open);
        _compressFast = (delegate* unmanaged[Cdecl]<byte*, byte*, int, int, int>)SystemLibrary.Lz4.Function(handle, "LZ4_compress_default");
        _compressStrong = (delegate* unmanaged[Cdecl]<byte*, byte*, int, int, int, int>)SystemLibrary.Lz4.Function(handle, "LZ4_compress_HC");
        _decompress = (delegate* unmanaged[Cdecl]<byte*, byte*, int, int, int>)SystemLibrary.Lz4.Function(handle, "LZ4_decompress_safe");
    }

    /// <summary>Loaded at first use.</summary>
    /// <exception cref="SmfCompressionUnavailableException">It cannot be loaded; further uses fail the same way.</exception>
    public static Lz4Library Instance => Loaded.Value;

    /// <summary>Writes one block.</summary>
    /// <returns>False if it does not fit, memory ran out, or <paramref name="source"/> is larger than a block may be (2,113,929,216 bytes).</returns>
    public bool TryCompress(ReadOnlySpan<byte> source, Span<byte> destination, int level, out int written)
    {
        fixed (byte* from = source, to = destination)
        {
            written = level < StrongLevelMin
                ? _compressFast(from, to, source.Length, destination.Length)
                : _compressStrong(from, to, source.Length, destination.Length, level);
        }
        Debug.Assert(written <= destination.Length, "liblz4 stays within the given memory");
        return written > 0;
    }

    /// <summary>Decodes one block that is all of <paramref name="source"/>.</summary>
    /// <param name="source">At least 1 byte.</param>
    /// <param name="destination">Where it goes; may be empty.</param>
    /// <param name="written">How much of <paramref name="destination"/> the block filled.</param>
    /// <returns>False if the block is invalid or does not fit: the library does not tell which.</returns>
    public bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
    {
        Debug.Assert(!source.IsEmpty, "an lz4 block has at least a token");
        int result;
        fixed (byte* from = source, to = destination)
            result = _decompress(from, to, source.Length, destination.Length);
        Debug.Assert(result <= destination.Length, "liblz4 stays within the given memory");
        written = Math.Max(result, 0);
        return result >= 0;
    }
}
