using System.Text.Json.Serialization;
using FrameRpc.Protocol.Services;

namespace Storage;

/// <summary>A service of the frame format, which streams: contents of any length pass in pieces, as fast as the slower side takes them.</summary>
[FrameService(typeof(ContentsJson))]
internal interface IContents
{
    /// <summary>Octets up, JSON down.</summary>
    Task<Content> UploadAsync(Stream content, CancellationToken cancel = default);

    /// <summary>JSON up, octets down. The stream belongs to the caller, and keeps a connection until it is disposed.</summary>
    Task<Stream> DownloadAsync(ContentKey key, CancellationToken cancel = default);
}

internal sealed record ContentKey(string Key);

internal sealed record Content(string Key, long Bytes);

// Without reflection, so that it works in a native program: the compiler writes what reads and writes these types.
[JsonSerializable(typeof(ContentKey))]
[JsonSerializable(typeof(Content))]
internal sealed partial class ContentsJson : JsonSerializerContext;
