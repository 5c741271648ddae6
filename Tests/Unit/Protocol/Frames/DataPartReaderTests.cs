using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Protocol.Frames;

/// <summary>A body as a pipe, however it was framed, split and consumed.</summary>
public sealed class DataPartReaderTests
{
    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;

    [Test]
    public async Task A_payload_is_given_in_the_memory_in_which_it_came()
    {
        MemoryPair pair = MemoryPair.Create();
        DataPartReader part = Begin(pair);
        Memory<byte> memory = pair.Server.Output.GetMemory(16);
        new FrameHeader(FrameType.Data, true, 10).Write(memory.Span);
        pair.Server.Output.Advance(16);
        _ = await pair.Server.Output.FlushAsync(_cancel);
        ReadResult read = await part.ReadAsync(_cancel);
        memory.Span[6] = 77;
        await Assert.That(read.IsCompleted).IsTrue();
        await Assert.That(read.Buffer.FirstSpan[0]).IsEqualTo((byte)77);
    }

    [Test]
    public async Task Bytes_that_a_program_looked_at_and_left_are_given_again_with_those_of_the_next_frame()
    {
        MemoryPair pair = MemoryPair.Create();
        DataPartReader part = Begin(pair);
        _ = await pair.Server.Output.WriteAsync(Join(Frame.Encode(FrameType.Data, false, "ab"u8), Frame.Encode(FrameType.Data, true, "cd"u8)), _cancel);
        ReadResult read = await part.ReadAsync(_cancel);
        part.AdvanceTo(read.Buffer.GetPosition(1), read.Buffer.End);
        read = await part.ReadAsync(_cancel);
        await Assert.That(read.Buffer.ToArray()).IsSequence("bcd"u8.ToArray());
        await Assert.That(read.IsCompleted).IsTrue();
        part.AdvanceTo(read.Buffer.GetPosition(2), read.Buffer.End);
        await Assert.That((await part.ReadAsync(_cancel)).Buffer.ToArray()).IsSequence("d"u8.ToArray());
    }

    [Test]
    public async Task What_comes_behind_the_part_stays_for_the_next_message()
    {
        MemoryPair pair = MemoryPair.Create();
        var frames = new FrameReader(pair.Client, Blame.Server);
        var part = new DataPartReader(frames, () => { });
        _ = await pair.Server.Output.WriteAsync(Join(Frame.Octets("abc"u8), Frame.RequestHeader("Next", DataType.None)), _cancel);
        await part.SkipAsync(_cancel);
        await Assert.That(part.AtEnd).IsTrue();
        await Assert.That((await frames.ReadHeaderAsync(_cancel))!.Endpoint).IsEqualTo("Next");
    }

    [Test]
    public async Task Reading_a_part_that_was_let_go_is_a_mistake()
    {
        DataPartReader part = Begin(MemoryPair.Create());
        await part.CompleteAsync();
        _ = await Assert.ThrowsExactlyAsync<InvalidOperationException>(async () => await part.ReadAsync(_cancel));
    }

    [Test]
    public async Task However_a_body_is_framed_split_and_consumed_its_bytes_are_the_same()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            byte[] body = new byte[random.Next(0, 400)];
            random.NextBytes(body);
            byte[] passed = await PassAsync(body, random);
            await Assert.That(body.AsSpan().SequenceEqual(passed)).IsTrue().Because($"seed {seed}");
        }
    }

    [Test]
    public async Task A_body_that_is_cut_anywhere_is_an_error_and_what_came_before_is_right()
    {
        byte[] whole = Join(Frame.Encode(FrameType.Data, false, "abc"u8), Frame.Encode(FrameType.Data, false, default), Frame.Encode(FrameType.Data, true, "defg"u8));
        for (int length = 0; length < whole.Length; length++)
        {
            MemoryPair pair = MemoryPair.Create();
            DataPartReader part = Begin(pair);
            _ = await pair.Server.Output.WriteAsync(whole.AsMemory(0, length), _cancel);
            await pair.Server.DisposeAsync();
            var seen = new List<byte>();
            var e = (await Assert.ThrowsExactlyAsync<RpcConnectionException>(async () =>
            {
                while (true)
                    seen.AddRange(await TakeAsync(part));
            }))!;
            await Assert.That(e.Message).Contains("the connection ended within a body", StringComparison.Ordinal);
            await Assert.That(Encoding.ASCII.GetString([.. seen])).IsEqualTo("abcdefg"[..seen.Count]);
            await Assert.That(part.IsBroken).IsTrue();
        }
    }

    private static byte[] Join(params byte[][] frames) => [.. frames.SelectMany(frame => frame)];

    private static DataPartReader Begin(MemoryPair pair) => new(new FrameReader(pair.Client, Blame.Server), () => { });

    private async Task<byte[]> PassAsync(byte[] body, Random random)
    {
        MemoryPair pair = MemoryPair.Create();
        DataPartReader part = Begin(pair);
        Task sending = SendAsync(pair.Server.Output, body, random.Next(), random.Next());
        var seen = new List<byte>();
        bool completed = false;
        while (!completed)
        {
            ReadResult read = part.TryRead(out ReadResult atOnce) ? atOnce : await part.ReadAsync(_cancel);
            long consumed = random.NextInt64(0, read.Buffer.Length + 1);
            // A program that has seen the end consumes all, or it would see it for good.
            completed = read.IsCompleted && random.Next(3) == 0;
            if (completed)
                consumed = read.Buffer.Length;
            seen.AddRange(read.Buffer.Slice(0, consumed).ToArray());
            long examined = random.NextInt64(consumed, read.Buffer.Length + 1);
            part.AdvanceTo(read.Buffer.GetPosition(consumed), random.Next(2) == 0 ? read.Buffer.End : read.Buffer.GetPosition(examined));
        }
        await sending;
        await Assert.That(part.AtEnd).IsTrue();
        return [.. seen];
    }

    private async Task SendAsync(PipeWriter output, byte[] body, int frameSeed, int splitSeed)
    {
        var framing = new Random(frameSeed);
        var frames = new List<byte>();
        for (int at = 0, length; at < body.Length; at += length)
        {
            length = framing.Next(0, Math.Min(60, body.Length - at) + 1);
            frames.AddRange(Frame.Encode(FrameType.Data, false, body.AsSpan(at, length)));
        }
        frames.AddRange(Frame.Encode(FrameType.Data, true, default));
        var splitting = new Random(splitSeed);
        byte[] bytes = [.. frames];
        for (int at = 0, length; at < bytes.Length; at += length)
        {
            length = splitting.Next(1, Math.Min(80, bytes.Length - at) + 1);
            _ = await output.WriteAsync(bytes.AsMemory(at, length), _cancel);
            await Task.Yield();
        }
    }

    private async Task<byte[]> TakeAsync(DataPartReader part)
    {
        ReadResult read = await part.ReadAsync(_cancel);
        byte[] bytes = read.Buffer.ToArray();
        part.AdvanceTo(read.Buffer.End);
        return bytes;
    }
}
