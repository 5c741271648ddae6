using System.Buffers.Binary;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Formats;

/// <summary>Captured conversations, with the gateway put in between: both sides see what they saw without it.</summary>
public sealed class VectorReplayTests
{
    public static IEnumerable<string> Frames => [.. Vectors.Names.Where(name => name.StartsWith("zrepl-", StringComparison.Ordinal) && name.EndsWith(".c2s", StringComparison.Ordinal)).Select(name => name[..^4])];

    [Test]
    [MethodDataSource(nameof(Frames))]
    public async Task A_frame_conversation_passes_but_for_trailing_newlines(string name)
    {
        List<FrameMessage> requests = await Messages(Vectors.Bytes(name + ".c2s"), isReply: false);
        // In one of them the peers had lost step, which cannot happen here: replies are matched with the requests that they belong to.
        List<FrameMessage> replies = [.. (await Messages(Vectors.Bytes(name + ".s2c"), isReply: true)).Where(reply => reply.ErrorMessage != "unregistered endpoint ")];
        var sim = new GatewaySimulation(new GatewaySetup { FrameRoutes = [.. requests.Select(request => new FrameRouteSetup(request.Endpoint, request.DataType, request.Accept)).Distinct()] });
        int answered = 0;
        sim.FrameServer.OnRequest = (connection, _) => connection.Send(Encode(replies[answered++]));
        FrameFarCaller caller = sim.ConnectFrames();
        // A client sends its reset frame when it has its replies: one directly behind a request that waits would take the request back.
        byte[] c2s = Vectors.Bytes(name + ".c2s");
        caller.Send(c2s.AsSpan(0, c2s.Length - FrameHeader.Bytes));
        sim.RunUntilQuiet();
        caller.Send(c2s.AsSpan(c2s.Length - FrameHeader.Bytes));
        sim.RunUntilQuiet();

        await Assert.That(answered).IsEqualTo(requests.Count);
        await AssertSame(requests, sim.FrameServer.Requests);
        await AssertSame(replies, caller.Replies);
        await Assert.That(caller.SawResetFrame && caller.SawEnd).IsTrue();
    }

    [Test]
    [Arguments("smf-get3")]
    [Arguments("smf-get60")]
    public async Task An_smf_conversation_passes_but_for_the_session(string name)
    {
        byte[] c2s = Vectors.Bytes(name + ".c2s");
        byte[] s2c = Vectors.Bytes(name + ".s2c");
        var sim = new GatewaySimulation();
        var captured = new ByteQueue();
        captured.Append(s2c);
        sim.SmfServer.OnRequest = (connection, request) =>
        {
            SmfMessage reply = SmfMessage.Take(captured)!;
            connection.Send([.. Encode(reply with { Header = reply.Header with { Session = request.Header.Session } })]);
        };
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Send(c2s);
        sim.RunUntilQuiet();

        await Assert.That(caller.Replies.SelectMany(Encode)).IsSequence(s2c);
        await Assert.That(WithoutSessions([.. sim.SmfServer.Requests.SelectMany(Encode)])).IsSequence(WithoutSessions(c2s));
    }

    [Test]
    public async Task The_smf_call_that_made_its_server_close_gets_404_and_reaches_no_server()
    {
        var sim = new GatewaySimulation();
        SmfFarCaller caller = sim.ConnectSmf();
        caller.Send(Vectors.Bytes("smf-unknown.c2s"));
        sim.RunUntilQuiet();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Header.Meta).IsEqualTo(404u);
        await Assert.That(sim.SmfServer.Connections).IsEmpty();
    }

    private static async Task AssertSame(List<FrameMessage> expected, List<FrameMessage> actual)
    {
        await Assert.That(actual.Select(message => message.HeaderJson)).IsSequence(expected.Select(message => Trimmed(message.HeaderJson)));
        await Assert.That(actual.Select(message => message.Data))
            .IsSequence(expected.Select(message => message.DataType == DataType.Octets ? message.Data : Trimmed(message.Data)));
    }

    private static byte[] Trimmed(byte[] json) => json.AsSpan().TrimEnd((byte)'\n').ToArray();

    private static byte[] Encode(FrameMessage message) =>
        [.. Frame.Encode(FrameType.Header, true, message.HeaderJson), .. message.Frames.SelectMany(frame => Frame.Encode(frame.Type, frame.IsLast, frame.Payload))];

    private static byte[] Encode(SmfMessage message)
    {
        byte[] bytes = new byte[SmfHeader.Bytes + message.Payload.Length];
        message.Header.Write(bytes);
        message.Payload.CopyTo(bytes, SmfHeader.Bytes);
        return bytes;
    }

    private static byte[] WithoutSessions(byte[] stream)
    {
        for (int at = 0; at < stream.Length; at += SmfHeader.Bytes + (int)BinaryPrimitives.ReadUInt32LittleEndian(stream.AsSpan(at + 4)))
            SmfHeader.WriteSession(stream.AsSpan(at), 0);
        return stream;
    }

    private static async Task<List<FrameMessage>> Messages(byte[] stream, bool isReply)
    {
        var queue = new ByteQueue();
        queue.Append(stream);
        var messages = new List<FrameMessage>();
        while (Frame.Take(queue) is { Type: not FrameType.Reset } frame)
        {
            if (frame.Type == FrameType.Header)
                messages.Add(new FrameMessage(frame.Payload));
            else
                messages[^1].Frames.Add(frame);
        }
        foreach (FrameMessage message in messages)
            await Assert.That(message.Frames.Count == 0).IsEqualTo(isReply && message.Error != ReplyError.Ok);
        return messages;
    }
}
