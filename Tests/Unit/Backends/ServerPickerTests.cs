using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Smf;
using FrameRpc.Gateway.Routing;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Tests.Backends;

public sealed class ServerPickerTests
{
    [Test]
    public async Task Round_robin_takes_each_as_often_as_its_weight_says_and_spreads_them()
    {
        Server[] servers = Servers(5, 1, 1);
        var picker = new RoundRobinPicker();

        string picked = string.Concat(Enumerable.Range(0, 14).Select(_ => Array.IndexOf(servers, picker.Pick(servers, ServerNeed.Shared, key: 0))));

        await Assert.That(picked).IsEqualTo("00102000010200");
    }

    [Test]
    public async Task Round_robin_leaves_out_a_server_that_is_down_and_takes_it_back()
    {
        Server[] servers = Servers(1, 1, 1);
        var picker = new RoundRobinPicker();
        servers[1].NoteUnreachable(error: 111);

        for (int i = 0; i < 30; i++)
            await Assert.That(picker.Pick(servers, ServerNeed.Shared, key: 0)).IsNotSameReferenceAs(servers[1]);

        servers[1].Reach.NoteReached();
        await Assert.That(Enumerable.Range(0, 3).Select(_ => picker.Pick(servers, ServerNeed.Shared, key: 0))).Contains(servers[1]);
    }

    [Test]
    public async Task Nobody_is_picked_when_all_are_down()
    {
        Server[] servers = Servers(1, 1);
        foreach (Server server in servers)
            server.NoteUnreachable(error: 111);

        await Assert.That(new RoundRobinPicker().Pick(servers, ServerNeed.Shared, key: 0)).IsNull();
        await Assert.That(new LeastCallsPicker(new Random(1)).Pick(servers, ServerNeed.Shared, key: 0)).IsNull();
    }

    [Test]
    public async Task Least_calls_of_two_servers_is_always_the_less_loaded_one()
    {
        Server[] servers = Servers(1, 1);
        var picker = new LeastCallsPicker(new Random(1));
        servers[0].Statistics.CallsInFlight = 3;
        servers[1].Statistics.CallsInFlight = 2;

        for (int i = 0; i < 100; i++)
            await Assert.That(picker.Pick(servers, ServerNeed.Shared, key: 0)).IsSameReferenceAs(servers[1]);
    }

    [Test]
    public async Task Least_calls_counts_a_call_by_the_weight_of_its_server()
    {
        Server[] servers = Servers(4, 1);
        var picker = new LeastCallsPicker(new Random(1));
        for (int i = 0; i < 1000; i++)
            picker.Pick(servers, ServerNeed.Shared, key: 0)!.OnCallBegun();

        await Assert.That(servers[0].CallsInFlight).IsBetween(799, 801);
    }

    [Test]
    public async Task Least_calls_never_picks_the_most_loaded_of_many_and_uses_all_others()
    {
        Server[] servers = Servers(1, 1, 1, 1, 1);
        var picker = new LeastCallsPicker(new Random(1));
        servers[2].Statistics.CallsInFlight = 10;

        Server[] picked = [.. Enumerable.Range(0, 500).Select(_ => picker.Pick(servers, ServerNeed.Shared, key: 0)!)];

        await Assert.That(picked.Distinct().Count()).IsEqualTo(4);
        await Assert.That(picked).DoesNotContain(servers[2]);
    }

    private readonly VirtualTime _time = new();
    private Loop? _loop;

    internal Server[] Servers(params int[] weights)
    {
        _loop = new Loop(new SimulatedNetwork(_time, new Random(1), NetworkConditions.Calm), _time, new Random(1), NullLogger.Instance);
        var options = new BackendOptions
        {
            Name = "storage",
            Protocol = WireFormat.Smf,
            Servers = [.. weights.Select((weight, i) => new BackendServerOptions { Address = new TcpAddress("server", i + 1), Weight = weight })],
            Balancing = Balancing.RoundRobin,
            ConnectTimeout = TimeSpan.FromSeconds(1),
            ConnectionLimits = new ConnectionLimits(Total: 72, SharedMax: 8, ExclusiveMax: 64),
            CallsWaitingMax = 1024,
            DrainsOctets = false,
            Payload = PayloadKind.Table,
            Compression = CompressedRequests.Pass,
        };
        return [.. new Backend(BackendSpec.Of(options, new LimitOptions()), new SmfFormat(), _loop, NullLogger.Instance).Servers];
    }
}
