using System.IO.Pipelines;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Limits;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;

namespace FrameRpc.Tests.Protocol.Smf;

public sealed class SmfOutputTests
{
    private static CancellationToken Cancel => TestContext.Current!.Execution.CancellationToken;

    [Test]
    public async Task Copied_messages_count_until_they_are_written()
    {
        var memory = new Budget(1_000);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        var output = new SmfOutput(pipe.Writer, _ => { }, memory: memory);
        Send(output);
        await Assert.That(memory.Taken).IsEqualTo(28);
        Send(output);
        Send(output);
        await Assert.That(memory.Taken).IsEqualTo(3 * 28);

        await ReadAsync(pipe.Reader, 28);
        await ReadAsync(pipe.Reader, 2 * 28);
        await output.CloseAsync();

        await Assert.That(memory.Taken).IsEqualTo(0);
    }

    [Test]
    public async Task What_can_never_be_written_counts_no_more()
    {
        var memory = new Budget(1_000);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        var output = new SmfOutput(pipe.Writer, _ => { }, memory: memory);
        Send(output);
        Send(output);
        await pipe.Reader.CompleteAsync();
        await output.CloseAsync();
        await Assert.That(memory.Taken).IsEqualTo(0);
    }

    private static void Send(SmfOutput output)
    {
        SmfHeader header = SmfPacked.Empty.Header(1, SmfStatus.Ok);
        output.Send(header, SmfPacked.Empty.Bytes.Span, alone: true);
    }

    private static async Task ReadAsync(PipeReader reader, int bytes)
    {
        ReadResult read = await reader.ReadAtLeastAsync(bytes, Cancel);
        reader.AdvanceTo(read.Buffer.GetPosition(bytes));
    }
}
