using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>What the options <c>payload</c> and <c>compression</c> of a backend demand of requests and replies, the same in both directions.</summary>
internal static class SmfPayloadRules
{
    /// <summary>Whether the servers accept requests with this compression.</summary>
    public static bool AcceptsCompression(Backend backend, SmfHeader header) =>
        backend.CompressedRequests == CompressedRequests.Pass || header.Compression is SmfCompression.None or SmfCompression.Disabled;

    /// <summary>Whether a body that has arrived whole is what the backend declares.</summary>
    public static bool IsAsDeclared(Backend backend, SmfHeader header, ReadOnlySpan<byte> body) => !MustBeTable(backend, header) || SmfTableOutline.IsTable(body);

    /// <summary>How much of the body has to be checked before it is passed on as it arrives; 0 if nothing is checked.</summary>
    public static int HeadBytes(Backend backend, SmfHeader header) =>
        MustBeTable(backend, header) ? (int)Math.Min(header.Size, SmfTableOutline.HeadBytesMax) : 0;

    /// <summary>The outline of a table is demanded. A body that cannot be decompressed here is not checked.</summary>
    private static bool MustBeTable(Backend backend, SmfHeader header) =>
        backend.Payload == PayloadKind.Table && header.Compression is not (SmfCompression.Zstd or SmfCompression.Lz4);
}
