using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Many small calls over many connections, each with several in flight. Every reply is compared with its request.</summary>
internal static class CallerLoad
{
    private const int MessageBytes = SmfHeader.Bytes + 60;

    /// <summary>Makes so many smf calls over so many connections, and ends with an exception if any reply is wrong.</summary>
    public static void Smf(string address, int connections, int inFlight, int calls) => Run(connections, () => CallSmf(address, inFlight, calls / connections));

    /// <summary>The same with frame calls, which are answered in order.</summary>
    public static void Frames(string address, int connections, int inFlight, int calls) =>
        Run(connections, () => CallFrames(address, inFlight, calls / connections));

    private static void Run(int connections, Action call)
    {
        var problems = new List<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, connections).Select(_ => new Thread(
            () =>
            {
                try
                {
                    call();
                }
                catch (Exception problem)
                {
                    lock (problems)
                        problems.Add(problem);
                }
            },
            maxStackSize: 256 * 1024))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        if (problems.Count > 0)
            throw new AggregateException(problems);
    }

    /// <summary>Sends as many as may be in flight at once, and reads their replies, in whatever order they come.</summary>
    private static void CallSmf(string address, int inFlight, int calls)
    {
        using var peer = Peer.Connect(address);
        byte[] requests = new byte[inFlight * MessageBytes];
        byte[] replies = new byte[inFlight * MessageBytes];
        for (int made = 0; made < calls; made += inFlight)
        {
            for (int i = 0; i < inFlight; i++)
                Write(requests.AsSpan(i * MessageBytes, MessageBytes), (ushort)(i + 1), made + i);
            peer.Send(requests);
            if (!peer.TryReceive(replies))
                throw new EndOfStreamException("the gateway closed the connection");
            for (int i = 0; i < inFlight; i++)
                Verify(replies.AsSpan(i * MessageBytes, MessageBytes), requests);
        }
    }

    private static void CallFrames(string address, int inFlight, int calls)
    {
        using var peer = Peer.Connect(address);
        byte[] okHeader = new FrameMessage("", 2, 0, 1, "", []).HeaderBytes();
        for (int made = 0; made < calls; made += inFlight)
        {
            byte[][] bodies = [.. Enumerable.Range(made, inFlight).Select(number => FrameMessage.Frame(FrameType.Data, isLast: true, Body(number)))];
            peer.Send([.. bodies.SelectMany(body => (byte[])[.. FrameCallHeader, .. body])]);
            byte[] right = [.. bodies.SelectMany(body => (byte[])[.. okHeader, .. body])];
            Must.Hold(peer.Receive(right.Length).AsSpan().SequenceEqual(right), $"a reply to one of the calls from {made} on is wrong");
        }
    }

    private static byte[] FrameCallHeader { get; } = FrameMessage.Call("Echo", "").HeaderBytes();

    private static byte[] Body(int number) => System.Text.Encoding.UTF8.GetBytes($$"""{"Thread":{{Environment.CurrentManagedThreadId}},"Number":{{number}}}""");

    /// <summary>Tells calls of one connection from each other by their number, and of different connections by the thread's.</summary>
    private static void Write(Span<byte> message, ushort session, int number)
    {
        Span<byte> payload = message[SmfHeader.Bytes..];
        SmfEmptyReply.Payload.CopyTo(payload);
        BitConverter.TryWriteBytes(payload[SmfEmptyReply.Payload.Length..], number);
        BitConverter.TryWriteBytes(payload[(SmfEmptyReply.Payload.Length + sizeof(int))..], Environment.CurrentManagedThreadId);
        new SmfHeader(SmfCompression.None, 0, session, (uint)payload.Length, SmfChecksum.Of(payload), SmfMessage.Get).Write(message);
    }

    private static void Verify(Span<byte> reply, byte[] requests)
    {
        var header = SmfHeader.Read(reply);
        Span<byte> request = requests.AsSpan((header.Session - 1) * MessageBytes, MessageBytes);
        Must.Hold(header == (SmfHeader.Read(request) with { Meta = SmfStatus.Ok }));
        Must.Hold(reply[SmfHeader.Bytes..].SequenceEqual(request[SmfHeader.Bytes..]), "a reply carries another call's payload");
        // A second reply for the same call would be found wrong.
        request.Clear();
    }
}
