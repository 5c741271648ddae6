namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>Those of libzstd's error codes that are told apart here; any other means that the input is broken.</summary>
/// <remarks>Source: <c>zstd_errors.h</c>, which fixes the numbers for all versions since 1.3.1.</remarks>
internal enum ZstdError
{
    None = 0,
    OutOfMemory = 64,
    DestinationTooSmall = 70,
}
