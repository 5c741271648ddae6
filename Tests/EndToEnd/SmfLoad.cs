using FrameRpc.Protocol.Smf;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Many small smf calls over many connections, each with several in flight. Every reply is compared with its request.</summary>
internal static class SmfLoad
{
    private const int MessageBytes = SmfHeader.Bytes + 60;

    /// <summary>Makes so many calls over so many connections, and ends with an exception if any reply is wrong.</summary>
    public static void Run(string address, int connections, int inFlight, int calls)
    {
        var problems = new List<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, connections).Select(_ => new Thread(
            () =>
            {
                try
                {
                    Call(address, inFlight, calls / connections);
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
        Assert.Empty(problems);
    }

    /// <summary>Sends as many as may be in flight at once, and reads their replies, in whatever order they come.</summary>
    private static void Call(string address, int inFlight, int calls)
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

    /// <summary>Tells calls of one connection from each other by their number, and of different connections by the thread's.</summary>
    private static void Write(Span<byte> message, ushort session, int number)
    {
        Span<byte> payload = message[SmfHeader.Bytes..];
        BitConverter.TryWriteBytes(payload, number);
        BitConverter.TryWriteBytes(payload[sizeof(int)..], Environment.CurrentManagedThreadId);
        new SmfHeader(SmfCompression.None, 0, session, (uint)payload.Length, SmfChecksum.Of(payload), SmfMessage.Get).Write(message);
    }

    private static void Verify(Span<byte> reply, byte[] requests)
    {
        var header = SmfHeader.Read(reply);
        Span<byte> request = requests.AsSpan((header.Session - 1) * MessageBytes, MessageBytes);
        Assert.Equal(SmfHeader.Read(request) with { Meta = SmfStatus.Ok }, header);
        Assert.True(reply[SmfHeader.Bytes..].SequenceEqual(request[SmfHeader.Bytes..]), "a reply carries another call's payload");
        // A second reply for the same call would be found wrong.
        request.Clear();
    }
}
