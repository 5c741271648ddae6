using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json.Serialization;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Services;

namespace FrameRpc.Tests.Generators;

/// <summary>A service with every kind of request and reply.</summary>
[FrameService(typeof(FilesJson))]
internal interface IFiles
{
    Task<FileInfo> DescribeAsync(FileName name, CallOptions options = default, CancellationToken cancel = default);

    ValueTask<int> CountAsync();

    Task<FileInfo?> FindAsync(FileName? name, CancellationToken cancel = default);

    Task TouchAsync(FileName name, CancellationToken cancel = default);

    ValueTask SyncAsync(CancellationToken cancel = default);

    Task<Stream> OpenAsync(FileName name, CancellationToken cancel = default);

    Task<PipeReader> OpenPipeAsync(FileName name, CancellationToken cancel = default);

    Task<FileInfo> UploadAsync(Stream content, CancellationToken cancel = default);

    Task<FileInfo> UploadPipeAsync(PipeReader content, CancellationToken cancel = default);

    Task<Stream> MirrorAsync(Stream content, CancellationToken cancel = default);

    ValueTask<ReadOnlyMemory<byte>> ReverseMemoryAsync(ReadOnlyMemory<byte> content, CancellationToken cancel = default);

    ValueTask<ReadOnlySequence<byte>> ReverseSequenceAsync(ReadOnlySequence<byte> content, CancellationToken cancel = default);

    ValueTask<byte[]> ReverseArrayAsync(byte[] content, CancellationToken cancel = default);

    Task StoreAsync(byte[] content, CancellationToken cancel = default);

    [FrameEndpoint("files/rename \"it\"")]
    Task<List<string?>> RenameAsync(Dictionary<string, string?> names, CancellationToken cancel = default);

    /// <summary>It has a body already, so it is no call.</summary>
    Task<FileInfo> DescribeAsync(string name) => DescribeAsync(new FileName(name));
}

internal sealed record FileName(string Path);

internal sealed record FileInfo(string Path, long Bytes);

[JsonSerializable(typeof(FileName))]
[JsonSerializable(typeof(FileInfo))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class FilesJson : JsonSerializerContext;
