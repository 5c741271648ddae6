using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Demo;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FrameRpc.Tests.Bench;

/// <summary>Loads of a few calls over real sockets: right servers are found right, and wrong ones wrong.</summary>
public sealed class LoadRunTests
{
    private static readonly string Unused = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(60, 1)]
    [InlineData(60, 3)]
    [InlineData(70_000, 1)]
    [InlineData(300_000, 2)]
    public void Smf_calls_of_any_size_are_counted_and_right(int size, int threads) =>
        AssertClean(LoadPlans.Small with { SizeBytes = size, Threads = threads, Count = size > 1000 ? 50 : 5000 });

    [Theory]
    [InlineData(DataType.Json, 26)]
    [InlineData(DataType.Json, 100)]
    [InlineData(DataType.Json, 100_000)]
    [InlineData(DataType.Octets, 1)]
    [InlineData(DataType.Octets, 5_000_000)]
    public void Frame_calls_of_any_size_are_counted_and_right(DataType dataType, int size) =>
        AssertClean(LoadPlans.Small with { Protocol = WireProtocol.Frame, DataType = dataType, SizeBytes = size, Count = size > 1000 ? 20 : 2000 });

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(4_194_304)]
    public void Streams_are_counted_and_right(long bytes) =>
        AssertClean(LoadPlans.Small with { Protocol = WireProtocol.Frame, Endpoint = "Stream", StreamBytes = bytes, Count = 10 });

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(4_194_304)]
    [InlineData(10_000_000)]
    public void Uploads_are_counted_and_their_replies_right(long bytes)
    {
        LoadPlan plan = LoadPlans.Small with { Protocol = WireProtocol.Frame, Endpoint = "Upload", UploadBytes = bytes, Count = 10 };

        LoadResult result = Run(plan, DemoOf(WireProtocol.Frame));

        Assert.Empty(result.Tally.Errors);
        Assert.Equal((10, 10 * bytes), (result.Calls, result.Tally.RequestBytes));
    }

    [Fact]
    public void An_upload_of_which_less_arrived_is_found()
    {
        LoadPlan plan = LoadPlans.Small with { Protocol = WireProtocol.Frame, Endpoint = "Upload", UploadBytes = 10, Connections = 1, Count = 1 };

        LoadResult result = Run(plan, (loop, socket, onClosed) => new ForgetfulConnection(loop, socket, onClosed));

        Assert.Equal(["wrong payload"], result.Tally.Errors.Keys);
    }

    [Fact]
    public void A_rate_is_kept()
    {
        LoadResult result = Run(LoadPlans.Small with { CallsPerSecond = 2000, Count = 100 }, DemoOf(WireProtocol.Smf));
        Assert.Equal(100, result.Calls);
        // 100 calls of which the last is due 49.5 ms after the first.
        Assert.InRange(result.Seconds, 0.0495, 5);
    }

    [Fact]
    public void An_error_reply_is_a_failure_of_its_kind()
    {
        LoadResult result = Run(
            LoadPlans.Small with { Protocol = WireProtocol.Frame, Endpoint = "NoSuchEndpoint", Count = 100 }, DemoOf(WireProtocol.Frame));
        Assert.Equal(0, result.Calls);
        Assert.Equal(100, result.Tally.Errors["error 2"]);
        Assert.False(result.IsClean);
    }

    [Theory]
    [InlineData(Lie.Payload, "wrong payload")]
    [InlineData(Lie.Checksum, "wrong checksum")]
    [InlineData(Lie.Session, "unknown session")]
    [InlineData(Lie.Status, "status 503")]
    [InlineData(Lie.Silence, "no reply")]
    [InlineData(Lie.Close, "connection lost")]
    public void A_wrong_reply_is_found(Lie lie, string failure)
    {
        LoadPlan plan = LoadPlans.Small with { Connections = 1, Count = 20, Timeout = TimeSpan.FromMilliseconds(100) };
        LoadResult result = Run(plan, (loop, socket, onClosed) => new LyingConnection(loop, socket, lie, onClosed));
        Assert.Contains(failure, result.Tally.Errors.Keys);
        Assert.False(result.IsClean);
    }

    [Fact]
    public void Nobody_there_is_an_error_at_once()
    {
        using var run = new LoadRun(LoadPlans.Small with { Address = new UnixAddress(Unused) }, NullLogger.Instance);
        Assert.Contains("cannot connect", Assert.Throws<IOException>(run.Start).Message, StringComparison.Ordinal);
    }

    private static void AssertClean(LoadPlan plan)
    {
        LoadResult result = Run(plan, DemoOf(plan.Protocol));
        Assert.Empty(result.Tally.Errors);
        Assert.Equal(plan.Count, result.Calls);
        Assert.Equal(plan.Count * (plan.StreamBytes ?? plan.SizeBytes), result.Tally.ReplyBytes);
        if (plan.StreamBytes is null)
            Assert.Equal(result.Tally.ReplyBytes, result.Tally.RequestBytes);
        Assert.True(result.IsClean);
    }

    internal static Func<EventLoop, ISocket, Action, Connection> DemoOf(WireProtocol protocol) =>
        (loop, socket, onClosed) => DemoServer.Serve(loop, socket, protocol, onClosed);

    internal static LoadResult Run(LoadPlan plan, Func<EventLoop, ISocket, Action, Connection> serve)
    {
        using var point = ListenPoint.Open(new TcpAddress("127.0.0.1", 0), workers: 1);
        var worker = new Worker(0, new Dictionary<Address, SocketAddress>(), NullLogger.Instance);
        _ = new Listener(worker.Loop, point.Attach(worker.Network, 0), new CallerSpread(), new CallerLimit(100),
            (socket, onClosed) => serve(worker.Loop, socket, onClosed));
        worker.Start();
        try
        {
            using var run = new LoadRun(plan with { Address = point.Address }, NullLogger.Instance);
            run.Start();
            Assert.True(run.Finished.WaitOne(TimeSpan.FromSeconds(60)));
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
    private sealed class ForgetfulConnection(EventLoop loop, ISocket socket, Action onClosed) : Connection(loop, socket, ConnectionState.Open)
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
    private sealed class LyingConnection(EventLoop loop, ISocket socket, Lie lie, Action onClosed) : Connection(loop, socket, ConnectionState.Open)
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
