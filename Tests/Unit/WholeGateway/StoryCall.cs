using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.WholeGateway;

/// <summary>One call of a story. Its request says which call it is, its reply also who answered; every other byte of them follows from that.</summary>
internal sealed class StoryCall
{
    private const byte BinaryMark = 0xC1;
    private const int BinaryHeadBytes = 9;

    private static ReadOnlySpan<byte> JsonStart => "{\"call\":"u8;

    public required int Number { get; init; }

    /// <summary>The name of its route.</summary>
    public required string Route { get; init; }

    public DataType RequestType { get; init; } = DataType.Octets;

    public DataType ReplyType { get; init; } = DataType.Octets;

    public required int RequestBytes { get; init; }

    public required int ReplyBytes { get; init; }

    /// <summary>Its request never becomes whole: only an error, or the end of the connection, can answer it.</summary>
    public bool IsCut { get; init; }

    /// <summary>Its server knows nothing of stories, and sends back what it gets.</summary>
    public bool IsEchoed { get; init; }

    /// <summary>Its caller has got its own reply.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>The error that its caller got instead; null for none.</summary>
    public string? Error { get; set; }

    /// <summary>The index of the server to which its whole request came; −1 for none.</summary>
    public int ServedAt { get; private set; } = -1;

    public override string ToString() => $"call {Number} of {Route}, {RequestBytes} bytes asked, {ReplyBytes} in reply, served at {ServedAt}: {Error ?? "no error"}";

    public byte[] Request => Body(RequestType, server: -1, RequestBytes);

    public byte[] ReplyOf(int server) => Body(ReplyType, server, ReplyBytes);

    /// <summary>The number that stands in a body.</summary>
    public static int NumberIn(ReadOnlySpan<byte> body)
    {
        if (body.Length >= BinaryHeadBytes && body[0] == BinaryMark)
            return BinaryPrimitives.ReadInt32LittleEndian(body[1..]);
        if (body.StartsWith(JsonStart) && Utf8Parser.TryParse(body[JsonStart.Length..], out int number, out _))
            return number;
        throw new InvalidDataException($"a body of {body.Length} bytes that nobody wrote");
    }

    /// <summary>A server has got the whole request. It may get it once.</summary>
    public void TakeRequest(ReadOnlySpan<byte> body, int server)
    {
        if (!body.SequenceEqual(Request))
            throw new InvalidDataException($"the request of call {Number} is not what its caller sent");
        Must.Hold(!IsCut, $"the request of call {Number} was cut, and came to a server as a whole one");
        Must.Hold(ServedAt < 0, $"call {Number} came to a server twice");
        ServedAt = server;
    }

    /// <summary>The caller has got a reply that is no error.</summary>
    public void TakeReply(ReadOnlySpan<byte> body)
    {
        if (!body.SequenceEqual(IsEchoed ? Request : ReplyOf(ServedAt)))
            throw new InvalidDataException($"the reply to call {Number}, which server {ServedAt} served, is not its own: it has {body.Length} bytes, of call {NumberIn(body)}");
        IsAnswered = true;
    }

    private byte[] Body(DataType type, int server, int fillBytes)
    {
        if (type == DataType.Json)
            return [.. Encoding.ASCII.GetBytes($"{{\"call\":{Number},\"server\":{server},\"x\":\""), .. Filling.Letters(Key(server), fillBytes), .. "\"}"u8];
        byte[] body = new byte[BinaryHeadBytes + fillBytes];
        body[0] = BinaryMark;
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(1), Number);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(5), server);
        Filling.Bytes(Key(server), fillBytes).CopyTo(body.AsSpan(BinaryHeadBytes));
        return body;
    }

    private int Key(int server) => (Number * 61) + server + 1;

    /// <summary>Stretches of one long random text: that of another call, or another server, begins elsewhere.</summary>
    private static class Filling
    {
        private const int BytesMax = 128 * 1024;
        private const int Places = 64 * 1024;

        private static readonly byte[] Random = Make(random => (byte)random.Next(256));
        private static readonly byte[] Alphabetic = Make(random => (byte)('a' + random.Next(26)));

        public static ReadOnlySpan<byte> Bytes(int key, int bytes) => Random.AsSpan(Place(key), bytes);

        public static ReadOnlySpan<byte> Letters(int key, int bytes) => Alphabetic.AsSpan(Place(key), bytes);

        private static int Place(int key) => (int)((uint)key * 40_503u % Places);

        private static byte[] Make(Func<Random, byte> next)
        {
            var random = new Random(1);
            return [.. Enumerable.Range(0, BytesMax + Places).Select(_ => next(random))];
        }
    }
}
