using System.Security.Cryptography;
using System.Text;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Server;
using Storage;

// Two services side by side, as the formats are good at: smf for many small calls at once over one connection, frame for long streams. Contents go to the
// frame service, which gives a key for each; the smf service keeps the keys by name.
string folder = Directory.CreateTempSubdirectory("frpc-storage-").FullName;
try
{
    await using SmfServer names = new SmfServer("127.0.0.1:0").MapStorage(new NameStore());
    await using FrameServer contents = new FrameServer("127.0.0.1:0").MapContents(new FileStore(folder));
    names.Start();
    contents.Start();

    await using var smf = new SmfClient(names.Address);
    await using var frame = new FrameClient(contents.Address, new FrameClientOptions { ServerDrainsOctets = true });
    await UseAsync(new StorageClient(smf), new ContentsClient(frame));

    // Whoever is in the middle of a call may finish it, for ten seconds at most.
    await Task.WhenAll(names.StopAsync(TimeSpan.FromSeconds(10)), contents.StopAsync(TimeSpan.FromSeconds(10)));
    Console.WriteLine("stopped");
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

// Knows the interfaces alone: a test would give it a NameStore and a FileStore, without a network between.
static async Task UseAsync(IStorage names, IContents contents)
{
    // Up: the client sends while it reads, so this would be the same with a file of a terabyte.
    byte[] original = new byte[16 << 20];
    new Random(1).NextBytes(original);
    Content content = await contents.UploadAsync(new MemoryStream(original));
    Console.WriteLine($"uploaded {content.Bytes} bytes");

    await names.PutAsync(new PutRequest("photo", Encoding.UTF8.GetBytes(content.Key)));
    Console.WriteLine($"put \"photo\", request id 0x{StorageIds.Put:x8}");

    // Many calls at once share one connection; their replies come in the order in which they are ready.
    Response[] replies = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => names.GetAsync(new Request("photo"))));
    Console.WriteLine($"got \"photo\" {replies.Count(reply => reply.Name == content.Key)} times, request id 0x{StorageIds.Get:x8}");

    // Down: hashing takes each piece as it comes.
    await using Stream download = await contents.DownloadAsync(new ContentKey(replies[0].Name));
    byte[] hash = await SHA256.HashDataAsync(download);
    Console.WriteLine(hash.AsSpan().SequenceEqual(SHA256.HashData(original)) ? "downloaded the same bytes" : throw new InvalidDataException("the download differs"));

    // A call that fails says with which status, and who is to blame: here it is no use to try again.
    try
    {
        await names.GetAsync(new Request("nothing"));
    }
    catch (RpcException failure)
    {
        Console.WriteLine($"get \"nothing\" failed with status {failure.Status}, blame {failure.Blame}");
    }
}
