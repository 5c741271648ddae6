using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FrameRpc.Gateway.Demo;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Simulation.Frames;
using FrameServer = FrameRpc.Protocol.Server.FrameServer;

namespace FrameRpc.Tests.Protocol.Server;

/// <summary>Captured conversations of the first implementation: this server replies what that one did, but for newlines, and where that one lost its place.</summary>
public sealed class FrameVectorTests
{
    public static IEnumerable<(string, int)> Conversations
    {
        get
        {
            foreach (string name in Vectors.Names.Where(name => name.StartsWith("zrepl-", StringComparison.Ordinal) && name.EndsWith(".c2s", StringComparison.Ordinal)))
            {
                yield return (name[..^4], 1);
                yield return (name[..^4], 7);
                yield return (name[..^4], int.MaxValue);
            }
        }
    }

    [Test]
    [MethodDataSource(nameof(Conversations))]
    public async Task The_server_replies_as_the_first_implementation_did(string name, int pieceBytes)
    {
        var transport = new InProcessTransport();
        await using FrameServer server = Serve(transport);
        await using var caller = new FramePeer(await transport.ConnectAsync(TestContext.Current!.Execution.CancellationToken));
        byte[] captured = Vectors.Bytes(name + ".c2s");
        await caller.SendAsync([.. captured.Chunk(pieceBytes)]);

        foreach ((string header, byte[] data) in ExpectedReplies(name))
        {
            FrameMessage reply = (await caller.ReadMessageAsync())!;
            await Assert.That(Encoding.UTF8.GetString(reply.HeaderJson)).IsEqualTo(header);
            await Assert.That(reply.Data).IsSequence(data);
        }
        // The capture of the peers that had lost step ends without the reset frame that the others end with.
        if (captured.AsSpan().EndsWith(FrameHeader.Reset))
            await Assert.That((await Assert.That(await caller.ReadToEndAsync()).HasSingleItem()).Type).IsEqualTo(FrameType.Reset);
    }

    /// <summary>What was captured; the reply to a header that was made of leftovers is left out, because no such header is ever read here.</summary>
    private static IEnumerable<(string Header, byte[] Data)> ExpectedReplies(string name)
    {
        var capture = new Simulation.ByteQueue();
        capture.Append(Vectors.Bytes(name + ".s2c"));
        while (Frame.Take(capture) is { Type: FrameType.Header } header)
        {
            var message = new FrameMessage(header.Payload);
            var data = new List<byte>();
            bool last = message.Error is not ReplyError.Ok;
            while (!last)
            {
                Frame frame = Frame.Take(capture)!;
                data.AddRange(frame.Payload);
                last = frame.IsLast;
            }
            if (message.ErrorMessage != "unregistered endpoint ")
                yield return (Text(header.Payload), message.DataType is DataType.Octets ? [.. data] : Encoding.UTF8.GetBytes(Text([.. data])));
        }
    }

    private static string Text(byte[] json) => Encoding.UTF8.GetString(json).TrimEnd('\n');

    private static FrameServer Serve(IListener listener)
    {
        FrameServer server = new FrameServer(listener)
            .Map("Echo", async (request, cancel) => FrameBody.RawJson(await request.ReadRawJsonAsync(cancel)))
            .Map("Fail", async (request, cancel) => throw new RpcException(500, Blame.Undecided, $"deliberate failure: {(await ReadAsync(request, cancel))["Msg"]}"))
            .Map("Stream", async (request, cancel) => FrameBody.Octets(Content((int)(await ReadAsync(request, cancel))["Bytes"]!)))
            .Map("Upload", UploadAsync);
        server.Start();
        return server;
    }

    private static async Task<JsonNode> ReadAsync(FrameRequest request, CancellationToken cancel) =>
        JsonNode.Parse((await request.ReadRawJsonAsync(cancel)).Span)!;

    private static async ValueTask<FrameBody> UploadAsync(FrameRequest request, CancellationToken cancel)
    {
        var body = new MemoryStream();
        await request.OpenOctets().CopyToAsync(body, cancel);
        string hash = Convert.ToHexStringLower(SHA256.HashData(body.ToArray()));
        return FrameBody.RawJson(Encoding.UTF8.GetBytes($$"""{"Bytes":{{body.Length}},"Sha256":"{{hash}}"}"""));
    }

    private static byte[] Content(int bytes)
    {
        byte[] content = new byte[bytes];
        DemoContent.Fill(content, offset: 0);
        return content;
    }
}
