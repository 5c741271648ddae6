using FrameRpc.Bench.Channels;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;

// Measures the targets of the client and server libraries; see bench/channels.sh.
bool quick = args.Contains("--quick");
// Three, so that a disturbance in one of them does not decide.
int rounds = quick ? 3 : 7;
int payloads = quick ? 64 : 512;
int trips = quick ? 2_000 : 20_000;
int calls = quick ? 64_000 : 1_280_000;

byte[] payload = new byte[FrameHeader.PayloadBytesMax];
Random.Shared.NextBytes(payload);
long bytes = (long)payloads * payload.Length;
var atHand = RepeatedPayload.AsBytes(payload, Math.Max(payloads, FrameStream.PayloadsMax));

await using var unix = FrameStream.OverUnix(times => FrameBody.Octets(atHand.Slice(0, (long)times * payload.Length)));
await using var unixFromStream = FrameStream.OverUnix(times => FrameBody.Octets(RepeatedPayload.AsStream(payload, times)));
await using var memory = FrameStream.InProcess(times => FrameBody.Octets(atHand.Slice(0, (long)times * payload.Length)));
await using var smf = new SmfCalls();
using var pingPong = await PlainPingPong.StartAsync(SmfHeader.Bytes + SmfCalls.PayloadBytes);

// Copying runs at memory speed; beyond this rate it is no useful target.
const double CopyNeeded = 8;

Case[] cases =
[
    new("octets over a Unix socket, GiB/s", "plain socket loop", 0.85, MoreIsBetter: true,
        async () => new(await unix.DownloadAsync(payloads), await PlainStream.OverUnixAsync(bytes, payload))),
    new("the same, read from a Stream, which copies, GiB/s", "plain socket loop", null, MoreIsBetter: true,
        async () => new(await unixFromStream.DownloadAsync(payloads), await PlainStream.OverUnixAsync(bytes, payload))),
    new("octets in process, GiB/s", "a copy, or 8 GiB/s", 1, MoreIsBetter: true,
        async () => new(await memory.DownloadAsync(payloads), Math.Min(CopyNeeded, PlainStream.Copied(bytes, payload)))),
    new("allocated per frame over a Unix socket, both sides, bytes", "", 1, MoreIsBetter: false,
        async () => new(await unix.AllocatedPerFrameAsync(), 1), LowestCounts: true),
    new("allocated per frame in process, both sides, bytes", "", 1, MoreIsBetter: false,
        async () => new(await memory.AllocatedPerFrameAsync(), 1), LowestCounts: true),
    new("smf call of 60 bytes over TCP, p50, µs", "plain ping-pong", 1.25, MoreIsBetter: false,
        async () => new(await smf.MedianAsync(trips), await pingPong.MedianAsync(trips))),
    new("smf calls/s, 64 in flight", "", 500_000, MoreIsBetter: true, async () => new(await smf.LoadAsync(calls, 64), 1)),
    new("allocated per smf call, both sides, bytes", "", 200, MoreIsBetter: false,
        () => Task.FromResult(new Figures(smf.AllocatedPerCall, 1)), LowestCounts: true),
];

Report.WriteHeading();
foreach (Case measured in cases)
{
    _ = await measured.RoundAsync();
    var figures = new List<Figures>();
    for (int round = 0; round < rounds; round++)
        figures.Add(await measured.RoundAsync());
    Report.Write(measured, figures);
}
