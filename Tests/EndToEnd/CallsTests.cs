using System.Text;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

public sealed class CallsTests : IDisposable
{
    private const int CallsInFlight = 100;

    private readonly TestNetwork _network = new();

    public void Dispose() => _network.Dispose();

    public static IEnumerable<(string, string)> Transports => [ ("tcp", "tcp"), ("tcp", "unix"), ("unix", "tcp"), ("unix", "unix") ];

    [Test]
    [MethodDataSource(nameof(Transports))]
    public async Task Smf_calls_are_answered_over_any_mix_of_tcp_and_unix_sockets_in_any_order(string callers, string servers)
    {
        using var server = new ScriptedServer(_network.Address(servers, "server"), AnswerBackwards);
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfListener = _network.Address(callers, "smf"), SmfServers = [server.Address] });
        using var caller = Peer.Connect(gateway.SmfAddress);
        SmfMessage[] requests = [.. Enumerable.Range(1, CallsInFlight).Select(SmfMessage.Request)];

        foreach (SmfMessage request in requests)
            caller.Send(request.ToBytes());
        SmfMessage[] replies = [.. requests.Select(_ => SmfMessage.Read(caller)!)];

        await Assert.That(replies).IsSequence(requests.Reverse().Select(request => request with { Meta = 200 }));
        await Assert.That(server.Problems).IsEmpty();
    }

    [Test]
    [MethodDataSource(nameof(Transports))]
    public async Task Frame_calls_that_are_pipelined_are_answered_in_order_over_any_mix_of_tcp_and_unix_sockets(string callers, string servers)
    {
        using var server = ScriptedServer.FrameEcho(_network.Address(servers, "server"));
        using var gateway = GatewayProcess.Start(new GatewayFile { FrameListener = _network.Address(callers, "frames"), FrameServers = [server.Address] });
        using var caller = Peer.Connect(gateway.FrameAddress);
        string[] bodies = [.. Enumerable.Range(1, CallsInFlight).Select(number => $$"""{"Msg":"{{number}}"}""")];

        foreach (string body in bodies)
            caller.Send(FrameMessage.Call("Echo", body).ToBytes());
        FrameMessage[] replies = [.. bodies.Select(_ => FrameMessage.Read(caller)!)];

        await Assert.That(replies).IsSequence(bodies.Select(body => FrameMessage.Ok(Encoding.UTF8.GetBytes(body))));
        // The connection to the server is kept from call to call.
        await Assert.That(server.Accepted).IsEqualTo(1);
        await Assert.That(server.Problems).IsEmpty();
    }

    /// <summary>Only the session may change, and it comes back as the caller's own.</summary>
    [Test]
    [Arguments("smf-get60")]
    [Arguments("smf-get3")]
    public async Task Smf_traffic_as_captured_arrives_byte_for_byte(string vector)
    {
        byte[] sent = Vectors.Bytes($"{vector}.c2s");
        byte[] answered = Vectors.Bytes($"{vector}.s2c");
        var seen = new MemoryStream();
        using var server = new ScriptedServer("127.0.0.1:0", peer =>
        {
            SmfMessage[] replies = [.. Split(answered)];
            while (SmfMessage.Read(peer) is { } request)
            {
                lock (seen)
                    seen.Write((request with { Session = 1 }).ToBytes());
                SmfMessage reply = replies.First(reply => reply.Payload.AsSpan().SequenceEqual(request.Payload));
                peer.Send((reply with { Session = request.Session }).ToBytes());
            }
        });
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfServers = [server.Address] });
        using var caller = Peer.Connect(gateway.SmfAddress);

        SmfMessage[] requests = [.. Split(sent)];
        caller.Send(sent);
        byte[] received = caller.Receive(answered.Length);

        await Assert.That(seen.ToArray()).IsSequence(requests.SelectMany(request => (request with { Session = 1 }).ToBytes()));
        await Assert.That(Split(received)).IsSequence(Split(answered));
        await Assert.That(server.Problems).IsEmpty();
    }

    /// <summary>Line ends behind JSON and the cutting into frames may change, nothing else; see wire.md on why the line ends go.</summary>
    [Test]
    [Arguments("zrepl-echo")]
    [Arguments("zrepl-stream10")]
    [Arguments("zrepl-upload10")]
    [Arguments("zrepl-fail")]
    public async Task Frame_traffic_as_captured_arrives_whole_and_ends_as_it_ended(string vector)
    {
        FrameMessage[] requests = [.. Messages(Vectors.Bytes($"{vector}.c2s"))];
        FrameMessage[] replies = [.. Messages(Vectors.Bytes($"{vector}.s2c"))];
        var seen = new List<FrameMessage>();
        using var server = new ScriptedServer("127.0.0.1:0", peer =>
        {
            while (FrameMessage.Read(peer) is { } request)
            {
                int number;
                lock (seen)
                {
                    number = seen.Count;
                    seen.Add(request);
                }
                peer.Send(replies[number].ToBytes());
            }
        });
        using var gateway = GatewayProcess.Start(new GatewayFile { FrameServers = [server.Address] });
        using var caller = Peer.Connect(gateway.FrameAddress);

        // A client sends its reset frame when it has its replies: one directly behind a request that waits would take the request back.
        byte[] sent = Vectors.Bytes($"{vector}.c2s");
        caller.Send(sent.AsSpan(0, sent.Length - FrameHeader.Bytes));
        FrameMessage[] received = [.. replies.Select(_ => FrameMessage.Read(caller)!)];
        caller.Send(sent.AsSpan(sent.Length - FrameHeader.Bytes));
        byte[] end = caller.ReadToEnd().Bytes;

        await Assert.That(seen).IsSequence(requests);
        await Assert.That(received).IsSequence(replies);
        await Assert.That(end).IsSequence(FrameHeader.Reset.ToArray());
        await Assert.That(server.Problems).IsEmpty();
    }

    [Test]
    public async Task What_cannot_be_served_is_answered_and_the_connection_stays_usable()
    {
        using var frames = ScriptedServer.FrameEcho();
        using var gateway = GatewayProcess.Start(new GatewayFile { FrameServers = [frames.Address], RouteMembers = """ "messageBytesMax": "1KiB" """ });
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);
        SmfMessage request = SmfMessage.Request(7);
        byte[] wrongChecksum = request.ToBytes();
        wrongChecksum[8] ^= 1;

        smf.Send((request with { Meta = 99 }).ToBytes());
        await Assert.That(SmfMessage.Read(smf)!.Meta).IsEqualTo(404u);
        smf.Send(wrongChecksum);
        await Assert.That(SmfMessage.Read(smf)!.Meta).IsEqualTo(400u);
        smf.Send((request with { Payload = SmfMessage.Table(1025) }).ToBytes());
        await Assert.That(SmfMessage.Read(smf)!.Meta).IsEqualTo(413u);
        smf.Send(request.ToBytes());
        await Assert.That(SmfMessage.Read(smf)).IsEqualTo(request with { Meta = 200 });

        frame.Send(FrameMessage.Call("Nowhere", "1").ToBytes());
        await Assert.That(FrameMessage.Read(frame)).IsEqualTo(FrameMessage.Fail(2, "no route for endpoint \"Nowhere\""));
        frame.Send(FrameMessage.Call("Echo", $"\"{new string('x', 1023)}\"").ToBytes());
        await Assert.That(FrameMessage.Read(frame)!.Error).IsEqualTo(2);
        frame.Send(FrameMessage.Call("Echo", "1").ToBytes());
        await Assert.That(FrameMessage.Read(frame)!.Text).IsEqualTo("1");
    }

    [Test]
    public async Task A_call_that_is_not_answered_in_time_gets_504_and_a_frame_call_error_3()
    {
        using var silent = ScriptedServer.Silent();
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfServers = [silent.Address], FrameServers = [silent.Address], Timeout = "100ms" });
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);

        smf.Send(SmfMessage.Request(7).ToBytes());
        frame.Send(FrameMessage.Call("Echo", "1").ToBytes());

        await Assert.That(SmfMessage.Read(smf)).IsEqualTo(new SmfMessage(7, 504, SmfEmptyReply.Payload.ToArray()));
        await Assert.That(FrameMessage.Read(frame)).IsEqualTo(FrameMessage.Fail(3, "the reply did not come in time"));
    }

    /// <summary>Takes all calls before it answers the first, and answers the last one first.</summary>
    private static void AnswerBackwards(Peer peer)
    {
        SmfMessage[] requests = [.. Enumerable.Range(1, CallsInFlight).Select(_ => SmfMessage.Read(peer)!)];
        foreach (SmfMessage request in requests.Reverse())
            peer.Send((request with { Meta = 200 }).ToBytes());
        peer.ReadToEnd();
    }

    private static IEnumerable<SmfMessage> Split(byte[] bytes)
    {
        for (int at = 0; at < bytes.Length;)
        {
            var header = SmfHeader.Read(bytes.AsSpan(at));
            int end = at + SmfHeader.Bytes + (int)header.Size;
            yield return new SmfMessage(header.Session, header.Meta, bytes[(at + SmfHeader.Bytes)..end]);
            at = end;
        }
    }

    /// <summary>The messages before the reset frame, with no line ends behind JSON.</summary>
    private static List<FrameMessage> Messages(byte[] bytes)
    {
        var messages = new List<FrameMessage>();
        using var network = new TestNetwork();
        string address = network.Address("unix", "vector");
        using var sender = new ScriptedServer(address, peer => peer.Send(bytes));
        using var reader = Peer.Connect(address);
        while (FrameMessage.Read(reader) is { } message)
            messages.Add(message.DataType == 3 ? message : message with { Data = Encoding.UTF8.GetBytes(message.Text) });
        return messages;
    }
}
