using FrameRpc.Protocol.Errors;

namespace Storage;

/// <summary>Keeps contents as files of a folder, and never has more of one in memory than a piece.</summary>
internal sealed class FileStore(string folder) : IContents
{
    public async Task<Content> UploadAsync(Stream content, CancellationToken cancel)
    {
        string key = Guid.NewGuid().ToString("N");
        string unfinished = PathOf(key) + ".part";
        await using (Stream received = content)
        await using (FileStream file = File.Create(unfinished))
            // An upload that was cut short throws here. It never looks like the end of a shorter one, so what gets its name below is whole.
            await received.CopyToAsync(file, cancel);
        File.Move(unfinished, PathOf(key));
        return new Content(key, new FileInfo(PathOf(key)).Length);
    }

    public Task<Stream> DownloadAsync(ContentKey key, CancellationToken cancel)
    {
        // What came over the wire is not to be trusted: only a key that this store gave out may become a part of a path.
        if (!Guid.TryParseExact(key.Key, "N", out _) || !File.Exists(PathOf(key.Key)))
            throw new RpcException(SmfStatus.NotFound, Blame.Caller, $"there is no content \"{key.Key}\"");
        // The library reads the file to its end, sends it, and disposes it.
        return Task.FromResult<Stream>(File.OpenRead(PathOf(key.Key)));
    }

    private string PathOf(string key) => Path.Combine(folder, key);
}
