using System.Globalization;
using System.Text.RegularExpressions;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

public sealed partial class LogTests
{
    [Test]
    public async Task Of_a_flood_of_messages_a_few_are_written_and_the_others_are_counted_and_told()
    {
        const int refused = 500;
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File with
        {
            Admin = "127.0.0.1:0",
            Workers = 1,
            BackendMembers = """ "connectionsPerServerMax": 2, "callsWaitingMax": 0 """,
        });
        using var admin = new AdminHttp(gateway.AdminAddress);
        Peer[] busy = [Peer.Connect(gateway.FrameAddress), Peer.Connect(gateway.FrameAddress)];
        foreach (Peer caller in busy)
            caller.Send(FrameMessage.Call("Echo", "7").ToBytes());
        held.WaitFor(busy.Length);

        using var flood = Peer.Connect(gateway.FrameAddress);
        for (int i = 0; i < refused; i++)
        {
            flood.Send(FrameMessage.Call("Echo", "7").ToBytes());
            await Assert.That(FrameMessage.Read(flood)!.Error).IsEqualTo(3);
        }
        int leftOut = Suppressed(admin.Get("/metrics").Text);
        held.LetGo();
        gateway.Signal(Signals.Terminate);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        foreach (Peer caller in busy)
            caller.Dispose();

        int written = gateway.Error.Split('\n').Count(line => line.EndsWith(
            "[202] Backend frame-servers: 0 calls wait for an exclusive connection, which is callsWaitingMax; further calls are refused until one of them is served.", StringComparison.Ordinal));
        await Assert.That(written + leftOut).IsEqualTo(refused);
        await Assert.That(written < refused / 2).IsTrue().Because($"{written} of {refused} were written");
        await Assert.That(ToldSuppressed().Matches(gateway.Error).Sum(told => int.Parse(told.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)))
            .IsEqualTo(leftOut);
    }

    private static int Suppressed(string metrics) => int.Parse(SuppressedTotal().Match(metrics).Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\nfrpc_log_messages_suppressed_total (\d+)\n")]
    private static partial Regex SuppressedTotal();

    [GeneratedRegex(@"\[300\] Suppressed ([\d,]+) more: Backend \{Backend\}: ")]
    private static partial Regex ToldSuppressed();
}
