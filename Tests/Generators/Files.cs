using System.Buffers;
using System.IO.Pipelines;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;

namespace FrameRpc.Tests.Generators;

/// <summary>The service behind the tests. What a method gets and returns says enough to tell whether it came whole.</summary>
internal sealed class Files : IFiles
{
    public CallOptions OptionsSeen { get; private set; }

    public int Touched { get; private set; }

    /// <summary>Completed when <see cref="SyncAsync"/> was cut off.</summary>
    public TaskCompletionSource CutOff { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource SyncBegun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public byte[] Stored { get; private set; } = [];

    public Task<FileInfo> DescribeAsync(FileName name, CallOptions options, CancellationToken cancel)
    {
        OptionsSeen = options;
        return name.Path switch
        {
            "null" => Task.FromResult<FileInfo>(null!),
            "missing" => throw new RpcException(SmfStatus.NotFound, Blame.Caller, "no such file"),
            "secret" => throw new InvalidOperationException("the password is swordfish"),
            _ => Task.FromResult(new FileInfo(name.Path, name.Path.Length)),
        };
    }

    public ValueTask<int> CountAsync() => ValueTask.FromResult(42);

    public Task<FileInfo?> FindAsync(FileName? name, CancellationToken cancel) => Task.FromResult(name is null ? null : new FileInfo(name.Path, 1));

    public Task TouchAsync(FileName name, CancellationToken cancel)
    {
        Touched++;
        return Task.CompletedTask;
    }

    public async ValueTask SyncAsync(CancellationToken cancel)
    {
        SyncBegun.SetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, cancel);
        }
        finally
        {
            CutOff.SetResult();
        }
    }

    public Task<Stream> OpenAsync(FileName name, CancellationToken cancel) => Task.FromResult<Stream>(Content(name));

    public Task<PipeReader> OpenPipeAsync(FileName name, CancellationToken cancel) => Task.FromResult(PipeReader.Create(Content(name)));

    public async Task<FileInfo> UploadAsync(Stream content, CancellationToken cancel)
    {
        await using Stream owned = content;
        var copy = new MemoryStream();
        await owned.CopyToAsync(copy, cancel);
        return new FileInfo("stream", copy.Length);
    }

    public async Task<FileInfo> UploadPipeAsync(PipeReader content, CancellationToken cancel)
    {
        var copy = new MemoryStream();
        await content.CopyToAsync(copy, cancel);
        await content.CompleteAsync();
        return new FileInfo("pipe", copy.Length);
    }

    public Task<Stream> MirrorAsync(Stream content, CancellationToken cancel) => Task.FromResult(content);

    public ValueTask<ReadOnlyMemory<byte>> ReverseMemoryAsync(ReadOnlyMemory<byte> content, CancellationToken cancel) =>
        ValueTask.FromResult(Reverse(content.ToArray()));

    public ValueTask<ReadOnlySequence<byte>> ReverseSequenceAsync(ReadOnlySequence<byte> content, CancellationToken cancel) =>
        ValueTask.FromResult(new ReadOnlySequence<byte>(Reverse(content.ToArray())));

    public ValueTask<byte[]> ReverseArrayAsync(byte[] content, CancellationToken cancel) => ValueTask.FromResult(Reverse(content).ToArray());

    public Task StoreAsync(byte[] content, CancellationToken cancel)
    {
        Stored = content;
        return Task.CompletedTask;
    }

    public Task<List<string?>> RenameAsync(Dictionary<string, string?> names, CancellationToken cancel) =>
        Task.FromResult(names.OrderBy(name => name.Key, StringComparer.Ordinal).Select(name => name.Value).ToList());

    private static MemoryStream Content(FileName name) => name.Path switch
    {
        "broken" => new BrokenStream(),
        _ => new MemoryStream(new byte[int.Parse(name.Path, null)]),
    };

    private static ReadOnlyMemory<byte> Reverse(byte[] content)
    {
        Array.Reverse(content);
        return content;
    }

    /// <summary>Gives some bytes, and then fails.</summary>
    private sealed class BrokenStream() : MemoryStream(new byte[10])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : throw new IOException("the disk is gone");
    }
}
