using FrameRpc.Gateway.Cli.Calls;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Protocol;

namespace FrameRpc.Tests.Cli.Calls;

public sealed class TransferProgressTests : IDisposable
{
    private const string Clean = "\r\u001b[K";
    private const int MiB = 1 << 20;

    private readonly ManualTimeProvider _clock = new();
    private readonly StringWriter _terminal = new();
    private readonly WireTap _tap = new(new FrameWatch("→", null, _ => { }), new FrameWatch("←", null, _ => { }), null);
    private long? _bytesToSend;

    public void Dispose() => _terminal.Dispose();

    [Test]
    public async Task What_is_over_within_a_second_shows_nothing()
    {
        using (Start())
            _clock.Advance(TimeSpan.FromMilliseconds(999));

        await Assert.That(_terminal.ToString()).IsEqualTo("");
    }

    [Test]
    public async Task A_known_length_is_shown_as_a_part_and_a_bar()
    {
        _bytesToSend = 8 * MiB;
        using TransferProgress progress = Start();
        Pass(_tap.Requests, 2 * MiB);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Pass(_tap.Requests, MiB);
        _clock.Advance(TimeSpan.FromSeconds(0.25));

        await Assert.That(_terminal.ToString()).IsEqualTo($"{Clean}[=====               ]  25 %  sent 2.0 MiB of 8.0 MiB  2.0 MiB/s  1 s"
            + $"{Clean}[=======             ]  38 %  sent 3.0 MiB of 8.0 MiB  4.0 MiB/s  1 s");
    }

    [Test]
    public async Task An_unknown_length_is_shown_as_what_has_passed()
    {
        using TransferProgress progress = Start();
        Pass(_tap.Replies, 3 * MiB);
        _clock.Advance(TimeSpan.FromSeconds(1));

        await Assert.That(_terminal.ToString()).IsEqualTo($"{Clean}received 3.0 MiB  3.0 MiB/s  1 s");
    }

    [Test]
    public async Task Both_directions_are_shown_while_both_pass()
    {
        using TransferProgress progress = Start();
        Pass(_tap.Requests, MiB);
        Pass(_tap.Replies, MiB);
        _clock.Advance(TimeSpan.FromSeconds(1));

        await Assert.That(_terminal.ToString()).IsEqualTo($"{Clean}sent 1.0 MiB  received 1.0 MiB  2.0 MiB/s  1 s");
    }

    [Test]
    public async Task Other_lines_and_the_end_take_it_away()
    {
        TransferProgress progress = Start();
        _clock.Advance(TimeSpan.FromSeconds(1));
        var text = new CallText(_terminal) { Progress = progress };
        _terminal.GetStringBuilder().Clear();

        text.Line("a line");
        text.Line("another");
        progress.Dispose();
        _clock.Advance(TimeSpan.FromSeconds(10));

        await Assert.That(_terminal.ToString()).IsEqualTo($"{Clean}a line\nanother\n");
    }

    private TransferProgress Start() => new(_terminal, _tap, () => _bytesToSend, _clock);

    private static void Pass(MessageWatch watch, int bytes)
    {
        byte[] frame = new byte[FrameHeader.Bytes + bytes];
        new FrameHeader(FrameType.Data, false, (uint)bytes).Write(frame);
        watch.Pass(frame);
    }
}
