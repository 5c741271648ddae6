using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Registry;
using FrameRpc.Gateway.Hosting;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Tests.Bench;

/// <summary>Loads of a few calls over real sockets: right servers are found right, and wrong ones wrong.</summary>
public sealed class LoadRunTests
{
    private static readonly string Unused = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));

    [Test]
    [Arguments(1, 1)]
    [Arguments(60, 1)]
    [Arguments(60, 3)]
    [Arguments(70_000, 1)]
    [Arguments(300_000, 2)]
    public Task Smf_calls_of_any_size_are_counted_and_right(int size, int threads) =>
        AssertClean(LoadPlans.Small with { SizeBytes = size, Threads = threads, Count = size > 1000 ? 50 : 5000 });

    [Test]
    [Arguments(DataType.Json, 26)]
    [Arguments(DataType.Json, 100)]
    [Arguments(DataType.Json, 100_000)]
    [Arguments(DataType.Octets, 1)]
    [Arguments(DataType.Octets, 5_000_000)]
    public Task Frame_calls_of_any_size_are_counted_and_right(DataType dataType, int size) =>
        AssertClean(LoadPlans.Small with { Format = BuiltInFormats.Registry.Of(WireFormat.Frame), DataType = dataType, SizeBytes = size, Count = size > 1000 ? 20 : 2000 });

    [Test]
    [Arguments(0)]
    [Arguments(10)]
    [Arguments(4_194_304)]
    public Task Streams_are_counted_and_right(long bytes) =>
        AssertClean(LoadPlans.Small with { Format = BuiltInFormats.Registry.Of(WireFormat.Frame), Endpoint = "Stream", StreamBytes = bytes, Count = 10 });

    [Test]
    [Arguments(0)]
    [Arguments(10)]
    [Arguments(4_194_304)]
    [Arguments(10_000_000)]
    public async Task Uploads_are_counted_and_their_replies_right(long bytes)
    {
        LoadPlan plan = LoadPlans.Small with { Format = BuiltInFormats.Registry.Of(WireFormat.Frame), Endpoint = "Upload", UploadBytes = bytes, Count = 10 };

        LoadResult result = await Run(plan, DemoOf(WireFormat.Frame));

        await Assert.That(result.Tally.Errors).IsEmpty();
        await Assert.That((result.Calls, result.Tally.RequestBytes)).IsEqualTo((10L, 10L * bytes));
    }

    [Test]
    public async Task An_upload_of_which_less_arrived_is_found()
    {
        LoadPlan plan = LoadPlans.Small with { Format = BuiltInFormats.Registry.Of(WireFormat.Frame), Endpoint = "Upload", UploadBytes = 10, Connections = 1, Count = 1 };

        LoadResult result = await Run(plan, (loop, socket, onClosed) => new ForgetfulConnection(loop, socket, onClosed));

        await Assert.That(result.Tally.Errors.Keys).IsSequence(["wrong payload"]);
    }

    [Test]
    public async Task A_rate_is_kept()
    {
        LoadResult result = await Run(LoadPlans.Small with { CallsPerSecond = 2000, Count = 100 }, DemoOf(WireFormat.Smf));
        await Assert.That(result.Calls).IsEqualTo(100);
        // 100 calls of which the last is due 49.5 ms after the first.
        await Assert.That(result.Seconds).IsBetween(0.0495, 5);
    }

    [Test]
    public async Task An_error_reply_is_a_failure_of_its_kind()
    {
        LoadResult result = await Run(
            LoadPlans.Small with { Format = BuiltInFormats.Registry.Of(WireFormat.Frame), Endpoint = "NoSuchEndpoint", Count = 100 }, DemoOf(WireFormat.Frame));
        await Assert.That(result.Calls).IsEqualTo(0);
        await Assert.That(result.Tally.Errors["error 2"]).IsEqualTo(100);
        await Assert.That(result.IsClean).IsFalse();
    }

    [Test]
    [Arguments(Lie.Payload, "wrong payload")]
    [Arguments(Lie.Checksum, "wrong checksum")]
    [Arguments(Lie.Session, "unknown session")]
    [Arguments(Lie.Status, "status 503")]
    [Arguments(Lie.Silence, "no reply")]
    [Arguments(Lie.Close, "connection lost")]
    public async Task A_wrong_reply_is_found(Lie lie, string failure)
    {
        LoadPlan plan = LoadPlans.Small with { Connections = 1, Count = 20, Timeout = TimeSpan.FromMilliseconds(100) };
        LoadResult result = await Run(plan, (loop, socket, onClosed) => new LyingConnection(loop, socket, lie, onClosed));
        await Assert.That(result.Tally.Errors.Keys).Contains(failure);
        await Assert.That(result.IsClean).IsFalse();
    }

    [Test]
    public async Task Nobody_there_is_an_error_at_once()
    {
        using var run = new LoadRun(LoadPlans.Small with { Address = new UnixAddress(Unused) }, NullLogger.Instance);
        await Assert.That(Assert.ThrowsExactly<IOException>(run.Start).Message).Contains("cannot connect", StringComparison.Ordinal);
    }

    private static async Task AssertClean(LoadPlan plan)
    {
        LoadResult result = await Run(plan, DemoOf(plan.Format.Wire));
        await Assert.That(result.Tally.Errors).IsEmpty();
        await Assert.That((long?)result.Calls).IsEqualTo(plan.Count);
        await Assert.That((long?)result.Tally.ReplyBytes).IsEqualTo(plan.Count * (plan.StreamBytes ?? plan.SizeBytes));
        if (plan.StreamBytes is null)
            await Assert.That(result.Tally.RequestBytes).IsEqualTo(result.Tally.ReplyBytes);
        await Assert.That(result.IsClean).IsTrue();
    }

    internal static Func<Loop, ISocket, Action, Connection> DemoOf(WireFormat protocol) =>
        (loop, socket, onClosed) => BuiltInFormats.Registry.Of(protocol).ServeDemo(loop, socket, onClosed);

    internal static async Task<LoadResult> Run(LoadPlan plan, Func<Loop, ISocket, Action, Connection> serve)
    {
        using var point = ListenerSockets.Open(new TcpAddress("127.0.0.1", 0), workers: 1);
        var loop = new Loop(new EpollNetwork(new ResolvedAddresses()), TimeProvider.System, new Random(1), NullLogger.Instance);
        var worker = new WorkerThread(0, loop, NullLogger.Instance);
        _ = new Listener(loop, loop.Network.Listen(point, 0), new CallerSpread(), new CallerLimit(100), new ListenerCounters("demo"),
            (socket, onClosed) => serve(loop, socket, onClosed));
        worker.Start();
        try
        {
            using var run = new LoadRun(plan with { Address = point.Address }, NullLogger.Instance);
            run.Start();
            await Assert.That(run.Finished.WaitOne(TimeSpan.FromSeconds(60))).IsTrue();
            return run.Result();
        }
        finally
        {
            worker.Stop();
        }
    }

    public enum Lie
    {
        Payload,
        Checksum,
        Session,
        Status,
        Silence,
        Close,
    }

    /// <summary>Answers an upload of ten bytes as if nine had come.</summary>
    private sealed class ForgetfulConnection(Loop loop, ISocket socket, Action onClosed) : Connection(loop, socket, ConnectionState.Open)
    {
        private static readonly byte[] Reply = [.. Frame(FrameType.Header, "{\"DataType\":2,\"Error\":1}"u8), .. Frame(FrameType.Data, "{\"Bytes\":9}"u8)];
        private bool _answered;

        protected override int Consume(Span<byte> bytes)
        {
            if (!_answered)
                Write(Reply);
            _answered = true;
            return bytes.Length;
        }

        protected override void OnPeerEnded() => Close();

        protected override void OnClosed() => onClosed();

        private static byte[] Frame(FrameType type, ReadOnlySpan<byte> payload)
        {
            byte[] header = new byte[FrameHeader.Bytes];
            new FrameHeader(type, NoMoreFrames: true, (uint)payload.Length).Write(header);
            return [.. header, .. payload];
        }
    }

    /// <summary>Right for ten calls.</summary>
    private sealed class LyingConnection(Loop loop, ISocket socket, Lie lie, Action onClosed) : Connection(loop, socket, ConnectionState.Open)
    {
        private int _calls;

        protected override int Consume(Span<byte> bytes)
        {
            int at = 0;
            while (bytes.Length - at >= SmfHeader.Bytes && !IsClosed)
            {
                var header = SmfHeader.Read(bytes[at..]);
                int length = SmfHeader.Bytes + (int)header.Size;
                if (bytes.Length - at < length)
                    break;
                byte[] reply = bytes.Slice(at, length).ToArray();
                (header with { Meta = SmfStatus.Ok }).Write(reply);
                at += length;
                if (++_calls < 10 || Tell(header, reply))
                    Write(reply);
            }
            return at;
        }

        protected override void OnPeerEnded() => Close();

        protected override void OnClosed() => onClosed();

        private bool Tell(SmfHeader header, byte[] reply)
        {
            if (lie == Lie.Close)
                Close();
            if (lie is Lie.Close or Lie.Silence)
                return false;
            header = lie switch
            {
                Lie.Checksum => header with { Checksum = header.Checksum ^ 1, Meta = SmfStatus.Ok },
                Lie.Session => header with { Session = 60_000, Meta = SmfStatus.Ok },
                Lie.Status => header with { Meta = SmfStatus.Unavailable },
                _ => header with { Meta = SmfStatus.Ok },
            };
            header.Write(reply);
            if (lie == Lie.Payload)
                reply[^1] ^= 1;
            return true;
        }
    }
}
