using System.Text;
using System.Text.Json.Nodes;
using FrameRpc.Gateway.Admin.AccessLog;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using FrameRpc.Tests.Simulation.Smf;

namespace FrameRpc.Tests.Admin.AccessLog;

public sealed class AccessLogTests
{
    private static readonly GatewaySetup Setup = new() { AccessLog = new AccessLogOptions { To = AccessLogOptions.StandardOutput, OneIn = 1, LinesWaitingMax = 16 } };

    private readonly GatewaySimulation _sim = new(Setup);

    [Test]
    public async Task A_call_is_one_line_of_json_with_the_labels_of_the_metrics()
    {
        SmfMessage? asked = null;
        _sim.SmfServer.OnRequest = (_, request) => asked = request;
        _sim.ConnectSmf().Call(7, "hello"u8);
        _sim.RunUntilQuiet();
        _sim.RunFor(250);
        _sim.SmfServer.Connection.Reply(asked!, "bye"u8, status: 201);
        _sim.RunUntilQuiet();

        JsonNode line = await Assert.That(Lines()).HasSingleItem();
        await Assert.That((double)line["seconds"]!).IsBetween(0.25, 0.26);
        line["seconds"] = 0.25;
        await Assert.That(line.ToJsonString())
            .IsEqualTo($$"""{"time":"{{_sim.Time.GetUtcNow().UtcDateTime:yyyy-MM-ddTHH:mm:ss.FFFFFFFZ}}","listener":"smf","route":"get","backend":"storage","server":"smf:1","status":"201","seconds":0.25,"requestBytes":17,"replyBytes":15,"caller":"far end","worker":0}""");
    }

    [Test]
    public async Task A_call_that_no_server_saw_says_why_and_an_unknown_id_is_shown()
    {
        _sim.ConnectSmf().Send(SmfMessage.Encode(1, 0xabcd, "x"u8));
        _sim.ConnectFrames().Call("1", "Nobody");
        _sim.RunUntilQuiet();

        JsonNode[] lines = [.. Lines()];
        await Assert.That(lines.Length).IsEqualTo(2);
        foreach (JsonNode line in lines)
            await Assert.That(line["route"]).IsNull();
        foreach (JsonNode line in lines)
            await Assert.That(line["server"]).IsNull();
        JsonNode smf = lines.Single(line => (string)line["listener"]! == "smf");
        await Assert.That(((string)smf["status"]!, (string)smf["id"]!)).IsEqualTo(("404", "0x0000abcd"));
        JsonNode frame = lines.Single(line => (string)line["listener"]! == "frames");
        await Assert.That((string)frame["status"]!).IsEqualTo("request");
        await Assert.That(frame.AsObject().ContainsKey("id")).IsFalse();
    }

    [Test]
    public async Task A_caller_that_is_gone_when_its_call_ends_still_has_its_name()
    {
        _sim.SmfServer.OnRequest = (_, _) => { };
        SmfFarCaller caller = _sim.ConnectSmf();
        caller.Call(1, "x"u8);
        _sim.RunUntilQuiet();
        caller.Reset();
        _sim.RunUntilQuiet();
        _sim.SmfServer.Connection.Close();
        _sim.RunUntilQuiet();
        JsonNode line = await Assert.That(Lines()).HasSingleItem();
        await Assert.That(((string)line["status"]!, (string)line["caller"]!)).IsEqualTo(("cut", "far end"));
    }

    [Test]
    public async Task Lines_that_nobody_takes_are_dropped_and_counted_and_every_call_is_served()
    {
        SmfFarCaller caller = _sim.ConnectSmf();
        for (ushort session = 1; session <= 100; session++)
        {
            caller.Call(session, "x"u8);
            _sim.RunUntilQuiet();
        }
        await Assert.That(caller.Replies.Count).IsEqualTo(100);
        var to = new MemoryStream();
        using var writer = new AccessLogWriter([Queue], to);
        await Assert.That(writer.Dropped).IsEqualTo(84);
        writer.Dispose();
        await Assert.That(writer.Lines).IsEqualTo(16);
        await Assert.That(Text(to).Count(letter => letter == '\n')).IsEqualTo(16);
    }

    [Test]
    [Arguments(nameof(IOException))]
    [Arguments(nameof(UnauthorizedAccessException))]
    [Arguments(nameof(ArgumentOutOfRangeException))]
    public async Task Lines_that_cannot_be_written_are_counted(string failure)
    {
        _sim.ConnectFrames().Call("1");
        _sim.RunUntilQuiet();
        using var writer = new AccessLogWriter([Queue], new FullDisk(Failure(failure)));
        writer.Dispose();
        await Assert.That((writer.Lines, writer.Dropped)).IsEqualTo((0L, 1L));
    }

    /// <summary>What the library makes of ENOSPC, of EACCES, EPERM and EBADF, and of EFBIG.</summary>
    private static Exception Failure(string name) => name switch
    {
        nameof(IOException) => new IOException(),
        nameof(UnauthorizedAccessException) => new UnauthorizedAccessException(),
        _ => new ArgumentOutOfRangeException(nameof(name)),
    };

    [Test]
    public async Task A_line_of_which_a_part_was_written_does_not_spoil_the_next()
    {
        var disk = new FullDisk(new IOException()) { BytesFree = 10 };
        using var writer = new AccessLogWriter([Queue], disk);
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Call("1");
        _sim.RunUntilQuiet();
        SpinWait.SpinUntil(() => writer.Dropped == 1);

        disk.BytesFree = int.MaxValue;
        caller.Call("2");
        _sim.RunUntilQuiet();
        writer.Dispose();
        string[] lines = Text(disk).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await Assert.That(lines.Length).IsEqualTo(2);
        await Assert.That(lines[0].Length).IsEqualTo(10);
        await Assert.That((string)JsonNode.Parse(lines[1])!["status"]!).IsEqualTo("ok");
        await Assert.That((writer.Lines, writer.Dropped)).IsEqualTo((1L, 1L));
    }

    [Test]
    public async Task A_worker_that_ends_calls_faster_than_lines_are_written_is_not_told_alone()
    {
        const int waitingMax = 4096, refills = 8;
        var busy = new AccessQueue(waitingMax, oneIn: 1);
        var other = new AccessQueue(waitingMax, oneIn: 1);
        AccessRecord call = await RecordOfOneCall();
        var to = new RefillingStream(refills, () => Fill(busy, waitingMax, call));
        Fill(busy, waitingMax, call);
        other.Add(call);
        new AccessLogWriter([busy, other], to).Dispose();
        int at = Array.FindIndex(Text(to).Split('\n'), line => line.Contains("\"worker\":1", StringComparison.Ordinal));
        await Assert.That(at).IsBetween(0, waitingMax);
    }

    [Test]
    public async Task A_file_that_cannot_be_opened_is_an_error_that_names_it()
    {
        IOException error = Assert.ThrowsExactly<IOException>(() => AccessLogWriter.Open("/nowhere/at/all/access.log"));
        await Assert.That(error.Message).Contains("accessLog.to: /nowhere/at/all/access.log cannot be written: ", StringComparison.Ordinal);
    }

    private AccessQueue Queue => _sim.WorkerContext.Ledger.Access!;

    private async Task<AccessRecord> RecordOfOneCall()
    {
        _sim.ConnectFrames().Call("1");
        _sim.RunUntilQuiet();
        await Assert.That(Queue.TryTake(out AccessRecord call)).IsTrue();
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
        new AccessLogWriter([Queue], to).Dispose();
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
