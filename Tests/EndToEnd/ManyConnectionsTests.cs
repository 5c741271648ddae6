using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

[NotInParallel] // Loads the machine, or takes much of what it lets a process open.
public sealed class ManyConnectionsTests
{
    private const int ConnectionsWanted = 10_000;

    /// <summary>The most that a connection may take which has sent one byte: a small block for the byte, and what the gateway knows of the connection.</summary>
    private const long BytesPerConnectionMax = 5 * 1024;

    [Test]
    public async Task Connections_that_send_one_byte_and_stop_take_little_and_nobody_else_notices()
    {
        int count = OpenFilesAllowed.Of(ConnectionsWanted);
        using var frames = ScriptedServer.FrameEcho();
        using var gateway = GatewayProcess.Start(new GatewayFile { FrameServers = [frames.Address], Limits = """ "connectionsMax": 30000 """ });
        // So often that every worker has its connections to the servers, which stay.
        for (int i = 0; i < 50; i++)
            await AssertServes(gateway);
        int openFilesBefore = gateway.SettledFiles();
        long before = gateway.ResidentBytes;

        var silent = new List<Peer>();
        try
        {
            for (int i = 0; i < count; i++)
            {
                var peer = Peer.Connect(i % 2 == 0 ? gateway.SmfAddress : gateway.FrameAddress);
                silent.Add(peer);
                // The first byte of a request, in both formats.
                peer.Send([(byte)(i % 2)]);
            }
            Patience.Until(() => gateway.OpenFiles >= openFilesBefore + count, "all are accepted");
            await AssertServes(gateway);
            long each = (gateway.ResidentBytes - before) / count;
            TestContext.Current!.OutputWriter!.WriteLine($"{count} connections take {each} bytes each");
            await Assert.That(each <= BytesPerConnectionMax).IsTrue().Because($"{each} bytes for each of {count} connections");
        }
        finally
        {
            foreach (Peer peer in silent)
                peer.Dispose();
        }

        Patience.Until(() => gateway.OpenFiles <= openFilesBefore, $"{gateway.OpenFiles} file descriptors are {openFilesBefore} again");
        await AssertServes(gateway);
    }

    private static async Task AssertServes(GatewayProcess gateway)
    {
        using var smf = Peer.Connect(gateway.SmfAddress);
        using var frame = Peer.Connect(gateway.FrameAddress);
        smf.Send(SmfMessage.Request(7).ToBytes());
        frame.Send(FrameMessage.Call("Echo", "7").ToBytes());
        await Assert.That(SmfMessage.Read(smf)).IsEqualTo(SmfMessage.Request(7) with { Meta = 200 });
        await Assert.That(FrameMessage.Read(frame)!.Text).IsEqualTo("7");
    }
}
