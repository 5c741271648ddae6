using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Draining and stopping on demand, which signals and the admin endpoint can mix.</summary>
public sealed class AdminStopTests
{
    private const string AdminAddress = "127.0.0.1:0";

    [Fact]
    public void A_drain_lets_calls_in_flight_finish_and_the_process_stays_until_it_is_told()
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File with { Admin = AdminAddress, AdminMembers = GatewayFile.WithToken, DrainTimeout = "0s" });
        using var admin = gateway.AskAdmin();
        using Peer busy = BeginCall(gateway, held);
        using var idle = Peer.Connect(gateway.FrameAddress);

        Assert.Equal(202, admin.Post("/drain").Status);

        Assert.Equal((503, "draining\n"), admin.Get("/readyz").Short);
        Assert.Equal((200, "ok\n"), admin.Get("/healthz").Short);
        Assert.Equal(StreamEnd.InOrder, idle.ReadToEnd().End);
        Patience.Until(() => !Peer.CanConnect(gateway.SmfAddress) && !Peer.CanConnect(gateway.FrameAddress), "nobody new is accepted");
        held.LetGo();
        Assert.Equal(SmfMessage.Request(7) with { Meta = 200 }, SmfMessage.Read(busy));
        gateway.WaitForOutput("drained: every caller has left; SIGTERM or POST /shutdown ends this process\n");
        Assert.Contains("\ndraining: asked by POST /drain from 127.0.0.1; calls in flight finish, ", gateway.Output, StringComparison.Ordinal);
        Assert.Equal(503, admin.Get("/readyz").Status);

        Assert.Equal(202, admin.Post("/shutdown?delay=1h").Status);
        Assert.Equal(0, gateway.WaitForExit());
    }

    [Fact]
    public void A_signal_ends_a_gateway_that_has_drained()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = AdminAddress, AdminMembers = GatewayFile.WithToken });
        using var admin = gateway.AskAdmin();
        Assert.Equal(202, admin.Post("/drain").Status);
        gateway.WaitForOutput("drained: ");

        gateway.Signal(Signals.Terminate);

        Assert.Equal(0, gateway.WaitForExit());
    }

    [Fact]
    public void A_shutdown_without_a_delay_is_a_drain_with_the_time_limit_and_the_end()
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File with { Admin = AdminAddress, AdminMembers = GatewayFile.WithToken, DrainTimeout = "100ms" });
        using var admin = gateway.AskAdmin();
        using Peer busy = BeginCall(gateway, held);

        Assert.Equal(202, admin.Post("/shutdown").Status);

        Assert.Equal(StreamEnd.Reset, busy.ReadToEnd().End);
        Assert.Equal(0, gateway.WaitForExit());
        Assert.Contains("\ndraining: asked by POST /shutdown from 127.0.0.1; calls in flight have 0.1 s to finish\ncutting off 1 callers", gateway.Output, StringComparison.Ordinal);
        Assert.False(Peer.CanConnect(admin.Address));
    }

    [Fact]
    public void During_the_delay_of_a_shutdown_callers_come_and_are_served_while_it_is_not_ready()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = AdminAddress, AdminMembers = GatewayFile.WithToken });
        using var admin = gateway.AskAdmin();

        Assert.Equal(202, admin.Post("/shutdown?delay=1h").Status);

        Assert.Equal((503, "draining\n"), admin.Get("/readyz").Short);
        gateway.AssertServes();
        Assert.Equal(202, admin.Post("/shutdown?delay=100ms").Status);
        Assert.Equal(0, gateway.WaitForExit());
        Assert.Contains("\nleaving: asked by POST /shutdown from 127.0.0.1; callers are served as before for 3600 s\n", gateway.Output, StringComparison.Ordinal);
        Assert.Contains("\ndraining: the delay is over; calls in flight have 60 s to finish\n", gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_first_signal_cuts_a_delay_short()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = AdminAddress, AdminMembers = GatewayFile.WithToken });
        using var admin = gateway.AskAdmin();
        Assert.Equal(202, admin.Post("/shutdown?delay=1h").Status);

        gateway.Signal(Signals.Terminate);

        Assert.Equal(0, gateway.WaitForExit());
    }

    [Fact]
    public void A_second_signal_ends_at_once_also_after_a_shutdown()
    {
        using var held = new HeldCalls();
        using var gateway = GatewayProcess.Start(held.File with { Admin = AdminAddress, AdminMembers = GatewayFile.WithToken, DrainTimeout = "1h" });
        using var admin = gateway.AskAdmin();
        using Peer busy = BeginCall(gateway, held);
        Assert.Equal(202, admin.Post("/shutdown").Status);

        // Whether the first has been heard cannot be seen: it changes nothing.
        while (!gateway.HasExited)
            gateway.TrySignal(Signals.Terminate);

        Assert.Equal(1, gateway.WaitForExit());
    }

    [Theory]
    [InlineData("/shutdown?delay=soon", "delay: \"soon\" is not a duration; write a duration from \"0s\" to \"1h\", such as \"250ms\", \"5s\" or \"2m\".\n")]
    [InlineData("/shutdown?delay=2h", "delay: \"2h\" is too long; write a duration from \"0s\" to \"1h\", such as \"250ms\", \"5s\" or \"2m\".\n")]
    [InlineData("/shutdown?dealy=5s", "Unknown: dealy. Known here: delay.\n")]
    [InlineData("/drain?delay=5s", "Unknown: delay. Known here: nothing.\n")]
    public void What_is_not_understood_is_400_and_stops_nothing(string path, string text)
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Admin = AdminAddress, AdminMembers = GatewayFile.WithToken });
        using var admin = gateway.AskAdmin();

        Assert.Equal((400, text), admin.Post(path).Short);

        Assert.Equal(200, admin.Get("/readyz").Status);
        gateway.AssertServes();
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
