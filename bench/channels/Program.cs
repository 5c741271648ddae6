using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using FrameRpc.Bench.Channels;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Transports;

const double GiB = 1L << 30;
long bytes = 4L << 30;
byte[] frame = new byte[4 << 20];
var many = new First(frame);
Seg last = many.Last;
for (int i = 1; i < 1024; i++) last = last.Append(frame);
var body = new ReadOnlySequence<byte>(many.Start, 0, last, frame.Length);

static async Task<double> Drain(FrameReply reply, long start)
{
    long n = 0;
    PipeReader r = reply.Octets;
    while (true)
    {
        ReadResult x = await r.ReadAsync();
        n += x.Buffer.Length;
        r.AdvanceTo(x.Buffer.End);
        if (x.IsCompleted) break;
    }
    return n / Stopwatch.GetElapsedTime(start).TotalSeconds;
}
async Task<double> Channel(IListener l, IConnector c)
{
    await using var server = new FrameServer(l).Map("S", (_, _) => ValueTask.FromResult(FrameBody.Octets(body)));
    server.Start();
    await using var client = new FrameClient(c);
    long alloc = GC.GetTotalAllocatedBytes();
    long start = Stopwatch.GetTimestamp();
    await using var reply = await client.SendAsync("S", FrameBody.None, DataType.Octets);
    double v = await Drain(reply, start);
    Console.WriteLine($"   alloc {GC.GetTotalAllocatedBytes() - alloc}");
    return v;
}
for (int i = 0; i < 4; i++)
{
    foreach (int rb in new[] { 64 << 10, 256 << 10, 1 << 20 })
        Console.WriteLine($"plain {rb >> 10} KiB {await PlainStream.MeasureAsync(bytes, 4 << 20, rb) / GiB:0.00}");
    string path = Path.Combine(Path.GetTempPath(), $"c-{Guid.NewGuid():n}.sock");
    Console.WriteLine($"frame unix {await Channel(new SocketListener("unix:" + path), new SocketConnector("unix:" + path)) / GiB:0.00}");
    var inproc = new InProcessTransport();
    Console.WriteLine($"frame inproc {await Channel(inproc, inproc) / GiB:0.00}");
    byte[] dst = new byte[4 << 20];
    long s = Stopwatch.GetTimestamp();
    for (int k = 0; k < 1024; k++) frame.CopyTo(dst, 0);
    Console.WriteLine($"memcpy {bytes / Stopwatch.GetElapsedTime(s).TotalSeconds / GiB:0.00}");
}
internal sealed class Seg : ReadOnlySequenceSegment<byte>
{
    public Seg(ReadOnlyMemory<byte> m, long i) { Memory = m; RunningIndex = i; }
    public Seg Append(ReadOnlyMemory<byte> m) { var n = new Seg(m, RunningIndex + Memory.Length); Next = n; return n; }
}
internal sealed class First(ReadOnlyMemory<byte> m) { public Seg Start { get; } = new(m, 0); public Seg Last => Start; }
