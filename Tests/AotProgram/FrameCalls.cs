using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Serialization;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;

namespace FrameRpc.Tests.AotProgram;

/// <summary>Calls of the frame format by hand, with each kind of body.</summary>
internal static class FrameCalls
{
    private static readonly byte[] Content = Patterns.Make(5_000_000);

    public static Feature[] Features =>
    [
        new("frame: JSON both ways", JsonAsync),
        new("frame: JSON as it is", RawJsonAsync),
        new("frame: no body either way", NothingAsync),
        new("frame: octets of a stream", () => MirrorAsync(FrameBody.Octets(new MemoryStream(Content)))),
        new("frame: octets of a stream that is kept", KeptStreamAsync),
        new("frame: octets of a pipe", () => MirrorAsync(FrameBody.Octets(PipeReader.Create(new MemoryStream(Content))))),
        new("frame: octets of a sequence", () => MirrorAsync(FrameBody.Octets(new ReadOnlySequence<byte>(Content)))),
        new("frame: octets of memory", () => MirrorAsync(FrameBody.Octets(Content.AsMemory()))),
        new("frame: an endpoint that nobody else serves", FallbackAsync),
    ];

    private static Task JsonAsync() => Ends.UseFrameAsync(
        server => server.Map("Double", NumberJson.Default.Int32, NumberJson.Default.Int32, (number, _) => ValueTask.FromResult(2 * number)),
        async client => Expect.Equal(42, await client.CallAsync("Double", 21, NumberJson.Default.Int32, NumberJson.Default.Int32)));

    private static Task RawJsonAsync()
    {
        FrameHandler echo = async (request, cancel) => FrameBody.RawJson(await request.ReadRawJsonAsync(cancel));
        return Ends.UseFrameAsync(server => server.Map("Echo", echo), async client =>
        {
            await using FrameReply reply = await client.SendAsync("Echo", FrameBody.RawJson("[1,2]"u8.ToArray()), DataType.Json);
            Expect.Equal("[1,2]", Encoding.UTF8.GetString((await reply.ReadRawJsonAsync()).Span));
        });
    }

    private static Task NothingAsync() => Ends.UseFrameAsync(
        server => server.Map("Nothing", (_, _) => ValueTask.FromResult(FrameBody.None)),
        async client =>
        {
            await using FrameReply reply = await client.SendAsync("Nothing", FrameBody.None, DataType.None);
            Expect.Equal(DataType.None, reply.DataType);
        });

    private static async Task KeptStreamAsync()
    {
        using var stream = new MemoryStream(Content);
        await MirrorAsync(FrameBody.Octets(stream, leaveOpen: true));
        Expect.True(stream.CanRead);
    }

    /// <summary>Up as a stream and down as a pipe, while the client sends.</summary>
    private static Task MirrorAsync(FrameBody body) => Ends.UseFrameAsync(
        server => server.Map("Mirror", (request, _) => ValueTask.FromResult(FrameBody.Octets(request.OpenOctets()))),
        async client =>
        {
            await using FrameReply reply = await client.SendAsync("Mirror", body, DataType.Octets);
            var copy = new MemoryStream();
            await reply.Octets.CopyToAsync(copy);
            Expect.Bytes(Content, copy.ToArray());
        });

    private static Task FallbackAsync() => Ends.UseFrameAsync(
        server => server.MapFallback(async (request, cancel) => FrameBody.Json(await DescribeAsync(request, request, cancel), NumberJson.Default.String)),
        async client => Expect.Equal(
            "Anything for Json: 7",
            await client.CallAsync("Anything", 7, NumberJson.Default.Int32, NumberJson.Default.String)));

    private static async Task<string> DescribeAsync(FrameRequest request, ReceivedMessage message, CancellationToken cancel) =>
        $"{request.Endpoint} for {request.Accept}: {await message.ReadJsonAsync(NumberJson.Default.Int32, cancel)}";
}

[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(string))]
internal sealed partial class NumberJson : JsonSerializerContext;
