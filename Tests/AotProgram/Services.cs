using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Services;
using FrameRpc.Tests.Generators;
using FileInfo = FrameRpc.Tests.Generators.FileInfo;

namespace FrameRpc.Tests.AotProgram;

/// <summary>Services that are interfaces, of which the compiler wrote both ends.</summary>
internal static class Services
{
    public static Feature[] Features =>
    [
        new("frame service: JSON, null and nothing", () => UseFilesAsync(JsonAsync)),
        new("frame service: octets as stream and pipe", () => UseFilesAsync(StreamsAsync)),
        new("frame service: octets whole in memory", () => UseFilesAsync(WholeAsync)),
        new("frame service: endpoints, ids and routes", FileIds),
        new("frame service: what generated code is made of", HandWrittenAsync),
        new("smf service: payloads that write themselves, and bytes", SmfAsync),
        new("smf service: names of its own, ids and routes", NamedAsync),
        new("smf service: what generated code is made of", Payloads),
    ];

    private static Task UseFilesAsync(Func<IFiles, Task> use) =>
        Ends.UseFrameAsync(server => server.MapFiles(new Files()), client => use(new FilesClient(client)));

    private static async Task JsonAsync(IFiles files)
    {
        Expect.Equal(new FileInfo("abc", 3), await files.DescribeAsync(new FileName("abc"), new CallOptions { Timeout = TimeSpan.FromSeconds(60) }));
        Expect.Equal(42, await files.CountAsync());
        Expect.Equal(null, await files.FindAsync(null));
        await files.TouchAsync(new FileName("abc"));
        Expect.Equal("2", (await files.RenameAsync(new() { ["a"] = "2" })).Single());
    }

    private static async Task StreamsAsync(IFiles files)
    {
        Expect.Equal(new FileInfo("stream", 100_000), await files.UploadAsync(new MemoryStream(new byte[100_000])));
        Expect.Equal(new FileInfo("pipe", 100_000), await files.UploadPipeAsync(PipeReader.Create(new MemoryStream(new byte[100_000]))));
        await using (Stream down = await files.OpenAsync(new FileName("100000")))
            Expect.Equal(100_000, await LengthAsync(down));
        Expect.Equal(100_000, await LengthAsync((await files.OpenPipeAsync(new FileName("100000"))).AsStream()));
        await using Stream mirrored = await files.MirrorAsync(new MemoryStream(new byte[100_000]));
        Expect.Equal(100_000, await LengthAsync(mirrored));
    }

    private static async Task WholeAsync(IFiles files)
    {
        ReadOnlyMemory<byte> memory = await files.ReverseMemoryAsync(new byte[] { 1, 2, 3 });
        Expect.Bytes([3, 2, 1], memory.Span);
        ReadOnlySequence<byte> sequence = await files.ReverseSequenceAsync(new ReadOnlySequence<byte>(memory));
        Expect.Bytes([1, 2, 3], sequence.FirstSpan);
        byte[] array = await files.ReverseArrayAsync(sequence.ToArray());
        Expect.Bytes([3, 2, 1], array);
        await files.StoreAsync(array);
    }

    private static void FileIds()
    {
        Expect.Equal("files/rename \"it\"", FilesIds.RenameEndpoint);
        Expect.Equal(RequestId.ForEndpoint(FilesIds.RenameEndpoint), new RequestId(FilesIds.Rename));
        Expect.True(FilesIds.GatewayRoutes.Contains("\"name\": \"files-describe\"", StringComparison.Ordinal));
        Expect.Equal(typeof(FilesJson), new FrameServiceAttribute(typeof(FilesJson)).JsonContext);
        Expect.Equal("a", new FrameEndpointAttribute("a").Name);
    }

    private static Task HandWrittenAsync()
    {
        JsonTypeInfo<int> number = ServiceJson.TypeInfo<int>(NumberJson.Default);
        return Ends.UseFrameAsync(
            server => server.Map("Length", async (request, cancel) =>
            {
                FrameServiceRequests.Check(request, DataType.Octets, DataType.Json);
                return FrameBody.Json((await FrameServiceRequests.ReadOctetsAsync(request, cancel)).Length, number);
            }),
            async client =>
            {
                Expect.Equal(3, await client.CallAsync("Length", FrameBody.Octets(new byte[3]), number));
                RpcReplyException refused = await Expect.ThrowsAsync<RpcReplyException>(
                    () => FrameServiceCalls.ReadOctetsAsync(client, "Length", FrameBody.None, default, default));
                Expect.Equal(Blame.Caller, refused.Blame);
            });
    }

    private static Task SmfAsync() => Ends.UseSmfAsync(server => server.MapStorage(new Storage()), async client =>
    {
        var storage = new StorageClient(client);
        Expect.Equal(new Response("value of abc"), await storage.GetAsync(new Request("abc"), new CallOptions { Timeout = TimeSpan.FromSeconds(60) }));
        ReadOnlyMemory<byte> blob = await storage.ReadAsync(new Request("42"));
        Expect.Bytes([4, 2], blob.Span);
        ReadOnlyMemory<byte> written = await storage.WriteAsync(blob);
        Expect.Bytes([4, 2], written.Span);
        RpcReplyException missing = await Expect.ThrowsAsync<RpcReplyException>(() => storage.GetAsync(new Request("missing")));
        Expect.Equal(Blame.Caller, missing.Blame);
    });

    private static Task NamedAsync()
    {
        var named = new SmfMethodAttribute("put") { Request = "a::Blob", Reply = "b::Blob" };
        Expect.Equal(("put", "a::Blob", "b::Blob"), (named.Name, named.Request, named.Reply));
        Expect.Equal("a", new SmfServiceAttribute("S") { Namespace = "a" }.Namespace);
        Expect.Equal(RequestId.ForMethod("SmfStorage", "put", "smf_gen::demo::Blob", "smf_gen::demo::Blob"), new RequestId(StorageIds.Write));
        Expect.True(StorageIds.GatewayRoutes.Contains("\"SmfStorage\"", StringComparison.Ordinal));
        return Ends.UseSmfAsync(server => server.MapAnswers(new Answers()), async client =>
            Expect.Equal(new Response("yes"), await new AnswersClient(client).Take(new Response("yes"))));
    }

    private static void Payloads()
    {
        Expect.Equal(new Response("yes"), WriteAndRead(new Response("yes")));
        Expect.Equal(SmfServicePayloads.ReadReply<Request>(Encoding.UTF8.GetBytes("no")), new Request("no"));
        RpcException wrong = Expect.Throws<RpcException>(() => SmfServicePayloads.ReadRequest<Response>(new byte[] { 9, 1 }));
        Expect.Equal(Blame.Caller, wrong.Blame);
    }

    private static T WriteAndRead<T>(T value)
        where T : ISmfPayload<T> => T.Read(SmfServicePayloads.Write(value));

    private static async Task<long> LengthAsync(Stream stream)
    {
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        await stream.DisposeAsync();
        return copy.Length;
    }
}
