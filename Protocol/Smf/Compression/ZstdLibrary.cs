using System.Diagnostics;
using System.Runtime.InteropServices;

namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>The functions of libzstd that are used, over spans. Thread-safe, because each call has its own context inside the library.</summary>
/// <remarks>Only the stable part of <c>zstd.h</c>, as it is since 1.0, and of <c>zstd_errors.h</c>.</remarks>
internal sealed unsafe class ZstdLibrary
{
    private static readonly Lazy<ZstdLibrary> Loaded = new(() => new ZstdLibrary(SystemLibrary.OpenFromSystem));

    private readonly delegate* unmanaged[Cdecl]<byte*, nuint, byte*, nuint, int, nuint> _compress;
    private readonly delegate* unmanaged[Cdecl]<byte*, nuint, byte*, nuint, nuint> _decompress;
    private readonly delegate* unmanaged[Cdecl]<nuint, uint> _isError;
    private readonly delegate* unmanaged[Cdecl]<nuint, ZstdError> _errorCode;
    private readonly delegate* unmanaged[Cdecl]<ZstdError, nint> _errorText;

    internal ZstdLibrary(LibraryOpener open)
    {
        nint handle = SystemLibrary.Zstd.Open(open);
        _compress = (delegate* unmanaged[Cdecl]<byte*, nuint, byte*, nuint, int, nuint>)SystemLibrary.Zstd.Function(handle, "ZSTD_compress");
        _decompress = (delegate* unmanaged[Cdecl]<byte*, nuint, byte*, nuint, nuint>)SystemLibrary.Zstd.Function(handle, "ZSTD_decompress");
        _isError = (delegate* unmanaged[Cdecl]<nuint, uint>)SystemLibrary.Zstd.Function(handle, "ZSTD_isError");
        _errorCode = (delegate* unmanaged[Cdecl]<nuint, ZstdError>)SystemLibrary.Zstd.Function(handle, "ZSTD_getErrorCode");
        _errorText = (delegate* unmanaged[Cdecl]<ZstdError, nint>)SystemLibrary.Zstd.Function(handle, "ZSTD_getErrorString");
    }

    /// <summary>Loaded at first use.</summary>
    /// <exception cref="SmfCompressionUnavailableException">It cannot be loaded; further uses fail the same way.</exception>
    public static ZstdLibrary Instance => Loaded.Value;

    /// <summary>Writes one frame that has its content's size.</summary>
    /// <returns>False if it does not fit, or memory ran out.</returns>
    public bool TryCompress(ReadOnlySpan<byte> source, Span<byte> destination, int level, out int written)
    {
        fixed (byte* from = source, to = destination)
        {
            nuint result = _compress(to, (nuint)destination.Length, from, (nuint)source.Length, level);
            return Outcome(result, destination.Length, out written) == ZstdError.None;
        }
    }

    /// <summary>Decodes whole frames.</summary>
    /// <remarks>Back references go into <paramref name="destination"/> itself, so no window is allocated, whatever size a frame asks for.</remarks>
    public ZstdError Decompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
    {
        fixed (byte* from = source, to = destination)
            return Outcome(_decompress(to, (nuint)destination.Length, from, (nuint)source.Length), destination.Length, out written);
    }

    /// <summary>libzstd's own text for an error.</summary>
    public string Describe(ZstdError error) => Marshal.PtrToStringUTF8(_errorText(error)) ?? error.ToString();

    private ZstdError Outcome(nuint result, int destinationBytes, out int written)
    {
        bool failed = _isError(result) != 0;
        Debug.Assert(failed || result <= (nuint)destinationBytes, "libzstd stays within the given memory");
        written = failed ? 0 : (int)result;
        return failed ? _errorCode(result) : ZstdError.None;
    }
}

/// <summary>The error codes of libzstd that are distinguished here; any other means invalid input.</summary>
/// <remarks>Source: <c>zstd_errors.h</c>, which fixes the numbers for all versions since 1.3.1.</remarks>
internal enum ZstdError
{
    None = 0,
    OutOfMemory = 64,
    DestinationTooSmall = 70,
}
