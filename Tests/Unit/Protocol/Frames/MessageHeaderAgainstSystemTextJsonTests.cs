using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Protocol.Frames;

/// <summary>The hand-written reader and writer against System.Text.Json, over headers made from a seed that each failure names.</summary>
public sealed class MessageHeaderAgainstSystemTextJsonTests
{
    private const int Rounds = 20_000;
    private static readonly string[] Known = ["Endpoint", "DataType", "Accept", "Error", "ErrorMessage"];
    private static readonly string[] Texts =
        ["", "Echo", "a<b>&c", "\u2028\u2029", "\"\\/", "\b\f\n\r\t", "\0\u001f\u007f", "it's 1+1", "größer", "大きい", "🦊🦊", "\ufffd", "\ud7ff\ue000\uffff"];

    private static readonly MessageHeaderJsonContext Relaxed =
        new(new JsonSerializerOptions { PropertyNameCaseInsensitive = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    [Test]
    public async Task Both_read_the_same_from_well_formed_headers()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] json = Encoding.UTF8.GetBytes(RandomHeader(random));
            MessageHeaderRecord? expected = JsonSerializer.Deserialize(json, MessageHeaderJsonContext.Default.MessageHeaderRecord);
            (MessageHeaderFault fault, MessageHeaderRecord actual) = Read(json);
            await Assert.That(fault == MessageHeaderFault.None && actual == expected).IsTrue()
                .Because($"seed {seed}, round {round}: {fault}, {actual}: {Encoding.UTF8.GetString(json)}");
        }
    }

    [Test]
    public async Task Both_refuse_the_same_damage()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        int refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] json = Damage(random, Encoding.UTF8.GetBytes(RandomHeader(random)));
            MessageHeaderRecord? expected = TryDeserialize(json);
            (MessageHeaderFault fault, MessageHeaderRecord actual) = Read(json);
            // Three places where this reader is meant to differ: it wants one of each member and UTF-8 everywhere, and takes null for a number.
            if (fault is MessageHeaderFault.DuplicateMember or MessageHeaderFault.InvalidUtf8)
                continue;
            if (expected is null && fault == MessageHeaderFault.None && Encoding.UTF8.GetString(json).Contains("null", StringComparison.Ordinal))
                continue;
            refused += expected is null ? 1 : 0;
            await Assert.That(expected is null ? fault != MessageHeaderFault.None : fault == MessageHeaderFault.None && actual == expected).IsTrue()
                .Because($"seed {seed}, round {round}: {fault}, {actual}: {Encoding.UTF8.GetString(json)}");
        }
        await Assert.That(refused).IsBetween(Rounds / 10, Rounds * 9 / 10);
    }

    [Test]
    public async Task What_is_written_reads_back_in_both_and_what_dotnet_writes_reads_here()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        byte[] buffer = new byte[MessageHeader.BytesMax];
        for (int round = 0; round < Rounds; round++)
        {
            var record = new MessageHeaderRecord
            {
                Endpoint = RandomText(random),
                DataType = (DataType)random.Next(256),
                Accept = (DataType)random.Next(256),
                Error = (ReplyError)random.Next(256),
                ErrorMessage = RandomText(random),
            };
            var header = new MessageHeader(
                Encoding.UTF8.GetBytes(record.Endpoint), record.DataType, record.Accept, record.Error, Encoding.UTF8.GetBytes(record.ErrorMessage));
            byte[] json = buffer[..header.Write(buffer)];
            string where = $"seed {seed}, round {round}: {record}";
            await Assert.That(record == Read(json).Header).IsTrue().Because(where);
            await Assert.That(record == JsonSerializer.Deserialize(json, MessageHeaderJsonContext.Default.MessageHeaderRecord)).IsTrue().Because(where);
            await Assert.That(record == Read(JsonSerializer.SerializeToUtf8Bytes(record, MessageHeaderJsonContext.Default.MessageHeaderRecord)).Header).IsTrue()
                .Because(where);
            await Assert.That(record == Read(JsonSerializer.SerializeToUtf8Bytes(record, Relaxed.MessageHeaderRecord)).Header).IsTrue().Because(where);
        }
    }

    private static (MessageHeaderFault Fault, MessageHeaderRecord Header) Read(byte[] json)
    {
        MessageHeaderFault fault = MessageHeader.TryRead(json, new byte[MessageHeader.BytesMax], out MessageHeader header);
        return (fault, new MessageHeaderRecord
        {
            Endpoint = Encoding.UTF8.GetString(header.Endpoint),
            DataType = header.DataType,
            Accept = header.Accept,
            Error = header.Error,
            ErrorMessage = Encoding.UTF8.GetString(header.ErrorMessage),
        });
    }

    private static MessageHeaderRecord? TryDeserialize(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, MessageHeaderJsonContext.Default.MessageHeaderRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A few bytes of ASCII changed, removed or doubled, mostly to such as mean something in JSON.</summary>
    private static byte[] Damage(Random random, byte[] json)
    {
        ReadOnlySpan<byte> telling = "{}[]\",:\\ \n\t\0eE+-.0123456789truefalsnd/u"u8;
        List<byte> damaged = [.. json];
        for (int edits = random.Next(1, 4); edits > 0 && damaged.Count > 1; edits--)
        {
            int at = random.Next(damaged.Count);
            byte other = telling[random.Next(telling.Length)];
            switch (random.Next(4))
            {
                case 0:
                    damaged.Insert(at, other);
                    break;
                case 1:
                    damaged.RemoveAt(at);
                    break;
                case 2:
                    damaged.RemoveRange(at, damaged.Count - at);
                    damaged.Add(other);
                    break;
                default:
                    damaged[at] = other;
                    break;
            }
        }
        return [.. damaged];
    }

    private static string RandomHeader(Random random)
    {
        var json = new StringBuilder(Space(random)).Append('{');
        List<string> members = [];
        foreach (string name in Known.Where(_ => random.Next(5) != 0))
        {
            string value = name is "Endpoint" or "ErrorMessage" ? random.Next(10) == 0 ? "null" : Quoted(random, RandomText(random)) : $"{random.Next(256)}";
            members.Add(Member(random, RandomCase(random, name), value));
        }
        for (int more = random.Next(3); more > 0; more--)
            members.Add(Member(random, "x" + RandomText(random), RandomValue(random, 0)));
        string[] shuffled = [.. members];
        random.Shuffle(shuffled);
        json.AppendJoin(',', shuffled);
        return json.Append('}').Append(Space(random)).ToString();
    }

    private static string Member(Random random, string name, string value) =>
        Space(random) + Quoted(random, name) + Space(random) + ":" + Space(random) + value + Space(random);

    private static string RandomValue(Random random, int depth) => random.Next(depth > 4 ? 5 : 7) switch
    {
        0 => "null",
        1 => "true",
        2 => "false",
        3 => Quoted(random, RandomText(random)),
        4 => $"{(random.Next(2) == 0 ? "-" : "")}{random.Next(1000)}{(random.Next(2) == 0 ? $".{random.Next(1000):d3}" : "")}{(random.Next(2) == 0 ? "E-07" : "")}",
        5 => "[" + string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Space(random) + RandomValue(random, depth + 1) + Space(random))) + "]",
        _ => "{" + string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Member(random, RandomText(random), RandomValue(random, depth + 1)))) + "}",
    };

    private static string RandomText(Random random)
    {
        var text = new StringBuilder();
        for (int parts = random.Next(4); parts > 0; parts--)
            text.Append(Texts[random.Next(Texts.Length)]);
        return text.ToString();
    }

    private static string RandomCase(Random random, string name) =>
        string.Concat(name.Select(c => random.Next(4) == 0 ? char.ToUpperInvariant(c) : random.Next(4) == 0 ? char.ToLowerInvariant(c) : c));

    /// <summary>A JSON string in which each character is written in one of the ways that encoders have.</summary>
    private static string Quoted(Random random, string text)
    {
        var json = new StringBuilder("\"");
        int habit = random.Next(3);
        foreach (char c in text)
        {
            bool must = c is '"' or '\\' or < ' ';
            bool pair = char.IsSurrogate(c);
            int index = "\"\\/\b\f\n\r\t".IndexOf(c, StringComparison.Ordinal);
            if (index >= 0 && (must || habit == 1) && random.Next(2) == 0)
                json.Append('\\').Append("\"\\/bfnrt"[index]);
            else if (must || (habit == 2 && pair) || (habit != 0 && !pair && random.Next(3) == 0))
                json.Append(random.Next(2) == 0 ? $"\\u{(int)c:x4}" : $"\\u{(int)c:X4}");
            else
                json.Append(c);
        }
        return json.Append('"').ToString();
    }

    private static string Space(Random random) => random.Next(4) switch { 0 => " ", 1 => "\r\n\t"[..random.Next(4)], _ => "" };
}
