using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Draining and stopping on demand, which signals and the admin endpoint can mix.</summary>
public sealed class AdminStopTests
{
    private const string AdminAddress = "127.0.0.1:0";

    [Test]
    public async Task A_drain_lets_calls_in_flight_finish_and_the_process_stays_until_it_is_told()
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File with { Admin = AdminAddress, AdminMembers = GatewayFile.WithToken, DrainTimeout = "0s" });
        using var admin = gateway.AskAdmin();
        using Peer busy = BeginCall(gateway, held);
        using var idle = Peer.Connect(gateway.FrameAddress);

        await Assert.That(admin.Post("/drain").Status).IsEqualTo(202);

        await Assert.That(admin.Get("/readyz").Short).IsEqualTo((503, "draining\n"));
        await Assert.That(admin.Get("/healthz").Short).IsEqualTo((200, "ok\n"));
        await Assert.That(idle.ReadToEnd().End).IsEqualTo(StreamEnd.InOrder);
        Patience.Until(() => !Peer.CanConnect(gateway.SmfAddress) && !Peer.CanConnect(gateway.FrameAddress), "nobody new is accepted");
        held.LetGo();
        await Assert.That(SmfMessage.Read(busy)).IsEqualTo(SmfMessage.Request(7) with { Meta = 200 });
        gateway.WaitForOutput("drained: all callers have disconnected; SIGTERM or POST /shutdown ends the process\n");
        await Assert.That(gateway.Output).Contains("\ndraining: requested by POST /drain from 127.0.0.1; calls in flight finish, ", StringComparison.Ordinal);
        await Assert.That(admin.Get("/readyz").Status).IsEqualTo(503);

        await Assert.That(admin.Post("/shutdown?delay=1h").Status).IsEqualTo(202);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    [Test]
    public async Task A_signal_ends_a_gateway_that_has_drained()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = AdminAddress, AdminMembers = GatewayFile.WithToken });
        using var admin = gateway.AskAdmin();
        await Assert.That(admin.Post("/drain").Status).IsEqualTo(202);
        gateway.WaitForOutput("drained: ");

        gateway.Signal(Signals.Terminate);

        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    [Test]
    public async Task A_shutdown_without_a_delay_is_a_drain_with_the_time_limit_and_the_end()
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File with { Admin = AdminAddress, AdminMembers = GatewayFile.WithToken, DrainTimeout = "100ms" });
        using var admin = gateway.AskAdmin();
        using Peer busy = BeginCall(gateway, held);

        await Assert.That(admin.Post("/shutdown").Status).IsEqualTo(202);

        await Assert.That(busy.ReadToEnd().End).IsEqualTo(StreamEnd.Reset);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        await Assert.That(gateway.Output)
            .Contains("\ndraining: requested by POST /shutdown from 127.0.0.1; calls in flight have 0.1 s to finish\ncutting off 1 callers", StringComparison.Ordinal);
        await Assert.That(Peer.CanConnect(admin.Address)).IsFalse();
    }

    [Test]
    public async Task During_the_delay_of_a_shutdown_callers_come_and_are_served_while_it_is_not_ready()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = AdminAddress, AdminMembers = GatewayFile.WithToken });
        using var admin = gateway.AskAdmin();

        await Assert.That(admin.Post("/shutdown?delay=1h").Status).IsEqualTo(202);

        await Assert.That(admin.Get("/readyz").Short).IsEqualTo((503, "draining\n"));
        await gateway.AssertServes();
        await Assert.That(admin.Post("/shutdown?delay=100ms").Status).IsEqualTo(202);
        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
        await Assert.That(gateway.Output)
            .Contains("\nleaving: requested by POST /shutdown from 127.0.0.1; callers are served normally for 3600 s\n", StringComparison.Ordinal);
        await Assert.That(gateway.Output).Contains("\ndraining: the delay is over; calls in flight have 60 s to finish\n", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_first_signal_cuts_a_delay_short()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = AdminAddress, AdminMembers = GatewayFile.WithToken });
        using var admin = gateway.AskAdmin();
        await Assert.That(admin.Post("/shutdown?delay=1h").Status).IsEqualTo(202);

        gateway.Signal(Signals.Terminate);

        await Assert.That(gateway.WaitForExit()).IsEqualTo(0);
    }

    [Test]
    public async Task A_second_signal_ends_at_once_also_after_a_shutdown()
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File with { Admin = AdminAddress, AdminMembers = GatewayFile.WithToken, DrainTimeout = "1h" });
        using var admin = gateway.AskAdmin();
        using Peer busy = BeginCall(gateway, held);
        await Assert.That(admin.Post("/shutdown").Status).IsEqualTo(202);

        // Whether the first has been heard cannot be seen: it changes nothing.
        while (!gateway.HasExited)
            gateway.TrySignal(Signals.Terminate);

        await Assert.That(gateway.WaitForExit()).IsEqualTo(1);
    }

    [Test]
    [Arguments("/shutdown?delay=soon", "delay: \"soon\" is not a duration; write a duration from \"0s\" to \"1h\", such as \"250ms\", \"5s\" or \"2m\".\n")]
    [Arguments("/shutdown?delay=2h", "delay: \"2h\" is too long; write a duration from \"0s\" to \"1h\", such as \"250ms\", \"5s\" or \"2m\".\n")]
    [Arguments("/shutdown?dealy=5s", "Unknown parameter: dealy. Known parameters: delay.\n")]
    [Arguments("/drain?delay=5s", "Unknown parameter: delay. Known parameters: none.\n")]
    public async Task What_is_not_understood_is_400_and_stops_nothing(string path, string text)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = AdminAddress, AdminMembers = GatewayFile.WithToken });
        using var admin = gateway.AskAdmin();

        await Assert.That(admin.Post(path).Short).IsEqualTo((400, text));

        await Assert.That(admin.Get("/readyz").Status).IsEqualTo(200);
        await gateway.AssertServes();
    }

    /// <summary>A caller whose call the server has and does not answer yet.</summary>
    private static Peer BeginCall(GatewayProcess gateway, HeldCalls held)
    {
        var caller = Peer.Connect(gateway.SmfAddress);
        caller.Send(SmfMessage.Request(7).ToBytes());
        held.WaitFor(1);
        return caller;
    }
}
