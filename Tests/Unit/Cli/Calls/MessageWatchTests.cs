using System.IO.Pipelines;
using System.Text;
using FrameRpc.Gateway.Cli.Calls;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Protocol;

namespace FrameRpc.Tests.Cli.Calls;

/// <summary>What a connection's bytes are told to be, however they come.</summary>
public sealed class MessageWatchTests : IDisposable
{
    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly StringWriter _told = new();
    private readonly List<string> _headers = [];

    public void Dispose() => _told.Dispose();

    [Test]
    [Arguments(1)]
    [Arguments(5)]
    [Arguments(7)]
    [Arguments(int.MaxValue)]
    public async Task Frames_are_told_alike_in_pieces_of_any_size(int pieceBytes)
    {
        byte[] bytes =
        [
            .. Frame(FrameType.Header, false, """{"Endpoint":"E","DataType":3"""u8), .. Frame(FrameType.Header, true, ""","Accept":1}"""u8),
            .. Frame(FrameType.Data, false, new byte[10_000]), .. Frame(FrameType.Data, true, [0xff]), .. FrameHeader.Reset,
        ];
        FrameWatch watch = Watch();

        Pass(watch, bytes, pieceBytes);

        await Assert.That(Told()).IsEqualTo("""
            → header 28 bytes, more to come  {"Endpoint":"E","DataType":3
            → header 12 bytes  ,"Accept":1}
            → data 10000 bytes, more to come  000000000000000000000000000000000000000000000000 …
            → data 1 bytes, last  ff
            → reset

            """);
        await Assert.That(await Assert.That(_headers).HasSingleItem()).IsEqualTo("""{"Endpoint":"E","DataType":3,"Accept":1}""");
        await Assert.That((watch.DataType, watch.Accept)).IsEqualTo((DataType.Octets, DataType.None));
        await Assert.That((watch.Bytes, watch.BodyBytes)).IsEqualTo(((long)bytes.Length, 10_001L));
    }

    [Test]
    [Arguments("0201050000006162", "→ data cut: 2 of its 5 bytes passed")]
    [Arguments("0201", "→ 0201 is not the start of a frame")]
    [Arguments("485454502f312e31", "→ 485454502f31 is not the start of a frame")]
    public async Task What_is_cut_or_no_frame_is_told(string hex, string line)
    {
        FrameWatch watch = Watch();

        Pass(watch, Convert.FromHexString(hex), 3);
        watch.End();
        watch.End();

        await Assert.That(Told()).IsEqualTo($"{line}\n");
        await Assert.That(watch.First.ToArray()).IsSequence(Convert.FromHexString(hex));
    }

    [Test]
    public async Task A_long_text_is_told_by_its_beginning_and_cannot_move_a_cursor()
    {
        FrameWatch watch = Watch();
        string text = $"\"\u001b[31m\n{new string('x', 500)}\"";

        Pass(watch, [.. Frame(FrameType.Header, true, """{"DataType":2}"""u8), .. Frame(FrameType.Data, true, Encoding.UTF8.GetBytes(text))], 100);

        await Assert.That(Told()).EndsWith($"→ data {text.Length} bytes, last  \"\ufffd[31m {new string('x', 193)} …\n", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_reader_shows_each_byte_once_however_often_it_is_read()
    {
        MemoryPair pair = MemoryPair.Create();
        FrameWatch watch = Watch();
        await using var client = new TappedConnection(pair.Client, new WireTap(Watch(), watch, null));
        byte[] frame = Frame(FrameType.Header, true, "{}"u8);
        for (int sent = 0; sent < frame.Length; sent++)
        {
            await pair.Server.Output.WriteAsync(frame.AsMemory(sent, 1), _cancel);
            ReadResult read = await client.Input.ReadAsync(_cancel);
            if (sent % 3 == 2)
                client.Input.AdvanceTo(read.Buffer.GetPosition(2), read.Buffer.End);
            else
                client.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        await Assert.That(Told()).IsEqualTo("→ header 2 bytes  {}\n");
        await Assert.That(watch.Bytes).IsEqualTo(frame.Length);
    }

    [Test]
    public async Task A_writer_shows_what_is_advanced_over_and_what_is_written()
    {
        MemoryPair pair = MemoryPair.Create();
        FrameWatch watch = Watch();
        await using var client = new TappedConnection(pair.Client, new WireTap(watch, Watch(), null));
        byte[] frame = Frame(FrameType.Header, true, "{}"u8);

        frame.AsSpan(0, 3).CopyTo(client.Output.GetSpan(8));
        client.Output.Advance(2);
        client.Output.Advance(1);
        await client.Output.WriteAsync(frame.AsMemory(3), _cancel);

        await Assert.That(Told()).IsEqualTo("→ header 2 bytes  {}\n");
        await Assert.That((await pair.Server.Input.ReadAsync(_cancel)).Buffer.FirstSpan.ToArray()).IsSequence(frame);
    }

    private FrameWatch Watch() => new("→", new Trace(_told, new ManualTimeProvider()), _headers.Add);

    private string Told() => _told.ToString().Replace("      0.0 ms  ", "", StringComparison.Ordinal);

    private static void Pass(MessageWatch watch, ReadOnlySpan<byte> bytes, int pieceBytes)
    {
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(pieceBytes, bytes.Length)..])
            watch.Pass(bytes[..Math.Min(pieceBytes, bytes.Length)]);
    }

    private static byte[] Frame(FrameType type, bool last, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[FrameHeader.Bytes + payload.Length];
        new FrameHeader(type, last, (uint)payload.Length).Write(frame);
        payload.CopyTo(frame.AsSpan(FrameHeader.Bytes));
        return frame;
    }
}
