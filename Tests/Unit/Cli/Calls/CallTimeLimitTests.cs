using System.IO.Pipelines;
using FrameRpc.Gateway.Cli.Calls;
using FrameRpc.Tests.Protocol;

namespace FrameRpc.Tests.Cli.Calls;

public sealed class CallTimeLimitTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly ManualTimeProvider _clock = new();

    [Test]
    public async Task A_call_has_its_time_however_much_moves()
    {
        using var limit = new CallTimeLimit(Limit, restarts: false, _clock);
        _clock.Advance(Limit / 2);
        limit.Restart();

        _clock.Advance(Limit / 2);

        await Assert.That(limit.Passed).IsTrue();
    }

    [Test]
    public async Task A_stream_has_its_time_anew_with_each_byte()
    {
        using var limit = new CallTimeLimit(Limit, restarts: true, _clock);
        for (int pieces = 0; pieces < 10; pieces++)
        {
            _clock.Advance(Limit * 0.9);
            await Assert.That(limit.Passed).IsFalse();
            limit.Restart();
        }

        _clock.Advance(Limit);

        await Assert.That(limit.Passed).IsTrue();
    }

    [Test]
    public async Task A_source_that_stands_still_does_not_use_up_the_time()
    {
        using var limit = new CallTimeLimit(Limit, restarts: true, _clock);
        var pipe = new Pipe();
        await using var source = new OctetsSource(pipe.Reader.AsStream(), "pipe", limit);
        Task<int> reading = source.ReadAsync(new byte[10], _cancel).AsTask();
        limit.Restart();

        _clock.Advance(Limit * 100);
        await Assert.That(limit.Passed).IsFalse();

        await pipe.Writer.WriteAsync(new byte[3], _cancel);
        await Assert.That(await reading).IsEqualTo(3);
        _clock.Advance(Limit);
        await Assert.That(limit.Passed).IsTrue();
    }

    [Test]
    public async Task A_file_that_takes_its_time_does_not_use_up_the_time()
    {
        using var limit = new CallTimeLimit(Limit, restarts: true, _clock);
        // It takes one byte, and the rest when it is read.
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        await using var sink = new OctetsSink(pipe.Writer.AsStream(), "pipe", limit);
        Task writing = sink.WriteAsync(new byte[10]).AsTask();

        _clock.Advance(Limit * 100);
        await Assert.That(limit.Passed).IsFalse();

        pipe.Reader.AdvanceTo((await pipe.Reader.ReadAsync(_cancel)).Buffer.End);
        await writing;
        _clock.Advance(Limit);
        await Assert.That(limit.Passed).IsTrue();
    }

    [Test]
    public async Task What_moves_after_the_end_moves_nothing()
    {
        var limit = new CallTimeLimit(Limit, restarts: true, _clock);
        limit.Dispose();

        limit.Restart();

        await Assert.That(_clock.TimersArmed).IsEqualTo(0);
    }
}
