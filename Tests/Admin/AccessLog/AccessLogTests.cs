using System.Text;
using System.Text.Json.Nodes;
using FrameRpc.Gateway.Admin.AccessLog;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Proxy.Ledger;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;
using Xunit;

namespace FrameRpc.Tests.Admin.AccessLog;

public sealed class AccessLogTests
{
    private static readonly GatewaySetup Setup = new() { AccessLog = new AccessLogOptions { To = AccessLogOptions.StandardOutput, OneIn = 1, LinesWaitingMax = 16 } };

    private readonly GatewaySimulation _sim = new(Setup);

    [Fact]
    public void A_call_is_one_line_of_json_with_the_labels_of_the_metrics()
    {
        SmfMessage? asked = null;
        _sim.SmfServer.OnRequest = (_, request) => asked = request;
        _sim.ConnectSmf().Call(7, "hello"u8);
        _sim.RunUntilQuiet();
        _sim.RunFor(250);
        _sim.SmfServer.Connection.Reply(asked!, "bye"u8, status: 201);
        _sim.RunUntilQuiet();

        JsonNode line = Assert.Single(Lines());
        Assert.InRange((double)line["seconds"]!, 0.25, 0.26);
        line["seconds"] = 0.25;
        Assert.Equal(
            $$"""{"time":"{{_sim.Time.GetUtcNow().UtcDateTime:yyyy-MM-ddTHH:mm:ss.FFFFFFFZ}}","listener":"smf","route":"get","backend":"storage","server":"smf:1","status":"201","seconds":0.25,"requestBytes":17,"replyBytes":15,"caller":"far end","worker":0}""",
            line.ToJsonString());
    }

    [Fact]
    public void A_call_that_no_server_saw_says_why_and_an_unknown_id_is_shown()
    {
        _sim.ConnectSmf().Send(SmfMessage.Encode(1, 0xabcd, "x"u8));
        _sim.ConnectFrames().Call("1", "Nobody");
        _sim.RunUntilQuiet();

        JsonNode[] lines = [.. Lines()];
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.Null(line["route"]));
        Assert.All(lines, line => Assert.Null(line["server"]));
        JsonNode smf = lines.Single(line => (string)line["listener"]! == "smf");
        Assert.Equal(("404", "0x0000abcd"), ((string)smf["status"]!, (string)smf["id"]!));
        JsonNode frame = lines.Single(line => (string)line["listener"]! == "frames");
        Assert.Equal("request", (string)frame["status"]!);
        Assert.False(frame.AsObject().ContainsKey("id"));
    }

    [Fact]
    public void A_caller_that_is_gone_when_its_call_ends_still_has_its_name()
    {
        _sim.SmfServer.OnRequest = (_, _) => { };
        SmfFarCaller caller = _sim.ConnectSmf();
        caller.Call(1, "x"u8);
        _sim.RunUntilQuiet();
        caller.Reset();
        _sim.RunUntilQuiet();
        _sim.SmfServer.Connection.Close();
        _sim.RunUntilQuiet();
        JsonNode line = Assert.Single(Lines());
        Assert.Equal(("cut", "far end"), ((string)line["status"]!, (string)line["caller"]!));
    }

    [Fact]
    public void Lines_that_nobody_takes_are_dropped_and_counted_and_every_call_is_served()
    {
        SmfFarCaller caller = _sim.ConnectSmf();
        for (ushort session = 1; session <= 100; session++)
        {
            caller.Call(session, "x"u8);
            _sim.RunUntilQuiet();
        }
        Assert.Equal(100, caller.Replies.Count);
        var to = new MemoryStream();
        using var writer = new AccessLogWriter(Setup.ToOptions(), [Queue], to);
        Assert.Equal(84, writer.Dropped);
        writer.Dispose();
        Assert.Equal(16, writer.Lines);
        Assert.Equal(16, Text(to).Count(letter => letter == '\n'));
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void Lines_that_cannot_be_written_are_counted(Exception failure)
    {
        _sim.ConnectFrames().Call("1");
        _sim.RunUntilQuiet();
        using var writer = new AccessLogWriter(Setup.ToOptions(), [Queue], new FullDisk(failure));
        writer.Dispose();
        Assert.Equal((0, 1), (writer.Lines, writer.Dropped));
    }

    /// <summary>What the library makes of ENOSPC, of EACCES, EPERM and EBADF, and of EFBIG.</summary>
    public static TheoryData<Exception> Failures => [new IOException(), new UnauthorizedAccessException(), new ArgumentOutOfRangeException()];

    [Fact]
    public void A_line_of_which_a_part_was_written_does_not_spoil_the_next()
    {
        var disk = new FullDisk(new IOException()) { BytesFree = 10 };
        using var writer = new AccessLogWriter(Setup.ToOptions(), [Queue], disk);
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Call("1");
        _sim.RunUntilQuiet();
        SpinWait.SpinUntil(() => writer.Dropped == 1);

        disk.BytesFree = int.MaxValue;
        caller.Call("2");
        _sim.RunUntilQuiet();
        writer.Dispose();
        string[] lines = Text(disk).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Equal(10, lines[0].Length);
        Assert.Equal("ok", (string)JsonNode.Parse(lines[1])!["status"]!);
        Assert.Equal((1, 1), (writer.Lines, writer.Dropped));
    }

    [Fact]
    public void A_worker_that_ends_calls_faster_than_lines_are_written_is_not_told_alone()
    {
        const int waitingMax = 4096, refills = 8;
        var busy = new AccessQueue(waitingMax, oneIn: 1);
        var other = new AccessQueue(waitingMax, oneIn: 1);
        AccessRecord call = RecordOfOneCall();
        var to = new RefillingStream(refills, () => Fill(busy, waitingMax, call));
        Fill(busy, waitingMax, call);
        other.Add(call);
        new AccessLogWriter(Setup.ToOptions(), [busy, other], to).Dispose();
        int at = Array.FindIndex(Text(to).Split('\n'), line => line.Contains("\"worker\":1", StringComparison.Ordinal));
        Assert.InRange(at, 0, waitingMax);
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_an_error_that_names_it()
    {
        IOException error = Assert.Throws<IOException>(() => AccessLogWriter.Open("/nowhere/at/all/access.log"));
        Assert.Contains("accessLog.to: /nowhere/at/all/access.log cannot be written: ", error.Message, StringComparison.Ordinal);
    }

    private AccessQueue Queue => _sim.Dispatcher.Ledger.Access!;

    private AccessRecord RecordOfOneCall()
    {
        _sim.ConnectFrames().Call("1");
        _sim.RunUntilQuiet();
        Assert.True(Queue.TryTake(out AccessRecord call));
        return call;
    }

    private static void Fill(AccessQueue queue, int waitingMax, AccessRecord call)
    {
        for (int line = 0; line < waitingMax; line++)
            queue.Add(call);
    }

    private JsonNode[] Lines()
    {
        var to = new MemoryStream();
        new AccessLogWriter(Setup.ToOptions(), [Queue], to).Dispose();
        return [.. Text(to).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    private static string Text(MemoryStream to) => Encoding.UTF8.GetString(to.ToArray());

    /// <summary>While it writes, so much happens that the queue is full again, as often as it is told.</summary>
    private sealed class RefillingStream(int refills, Action refill) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(buffer);
            if (refills-- > 0)
                refill();
        }
    }

    private sealed class FullDisk(Exception failure) : MemoryStream
    {
        public int BytesFree { get; set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(buffer[..Math.Min(buffer.Length, BytesFree)]);
            if (buffer.Length > BytesFree)
                throw failure;
        }
    }
}
