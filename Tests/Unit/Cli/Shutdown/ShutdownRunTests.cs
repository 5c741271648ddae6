using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Cli.Shutdown;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Tests.Cli.Shutdown;

/// <summary>What <c>shutdown</c> makes of a gateway that does not do as it is asked. How it goes well is tested with the binary.</summary>
public sealed class ShutdownRunTests : IDisposable
{
    private const string Config = """{ "drainTimeout": "0s" }""", Backends = """{ "backends": [{ "servers": [{ "callsInFlight": 2 }, { "callsInFlight": 1 }] }] }""";

    private readonly StringWriter _output = new(), _error = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Test]
    [Arguments("--delay soon", "--delay: \"soon\" is not a duration; write a duration from \"0s\" to \"1h\", such as \"250ms\", \"5s\" or \"2m\"")]
    [Arguments("--admin nowhere", "--admin: an address has the form HOST:PORT, [IPV6]:PORT or unix:PATH; write \"127.0.0.1:11225\", \"[::1]:11225\", \"name:port\" or \"unix:/run/x.sock\"")]
    [Arguments("--admin 127.0.0.1:0", "--admin: port 0 is not a valid port; write \"127.0.0.1:11225\", \"[::1]:11225\", \"name:port\" or \"unix:/run/x.sock\"")]
    public async Task Wrong_words_are_told_with_status_2(string words, string problem)
    {
        using var command = new Command();

        await Assert.That(command.Run(["shutdown", .. words.Split(' ')]))
            .IsEqualTo(new Result(2, "", $"frpc-gateway: {problem}\nTry \"frpc-gateway shutdown --help\".\n"));
    }

    [Test]
    public async Task A_gateway_that_does_not_end_is_told_with_status_1_and_what_it_was_waited_for()
    {
        using AdminServer stuck = Start(post: 202);

        int status = await new ShutdownRun(stuck.Address, TimeSpan.Zero, _output, _error) { Margin = TimeSpan.FromSeconds(1.5), Time = new HurriedTime() }.StopAsync();

        await Assert.That(status).IsEqualTo(1);
        await Assert.That(_output.ToString()).IsEqualTo("still running after 1 s, with 3 calls in flight\n");
        await Assert.That(_error.ToString())
            .IsEqualTo($"frpc-gateway: the gateway at {stuck.Address} did not exit within 2 s, which includes the delay and the drain timeout; kill its process\n");
    }

    [Test]
    public async Task A_gateway_that_refuses_is_told_with_its_reason()
    {
        using AdminServer refusing = Start(post: 403);

        int status = await new ShutdownRun(refusing.Address, TimeSpan.Zero, _output, _error).StopAsync();

        await Assert.That((status, _error.ToString())).IsEqualTo((1, $"frpc-gateway: the gateway at {refusing.Address} refused to stop: so it is\n"));
    }

    [Test]
    [Arguments("0.0.0.0:0")]
    [Arguments("[::]:0")]
    [Arguments("localhost:0")]
    public async Task Who_listens_at_all_addresses_or_at_a_name_is_reached_by_it(string address)
    {
        using AdminServer wide = Start(post: 403, address);

        int status = await new ShutdownRun(wide.Address, TimeSpan.Zero, _output, _error).StopAsync();

        await Assert.That((status, _error.ToString())).IsEqualTo((1, $"frpc-gateway: the gateway at {wide.Address} refused to stop: so it is\n"));
    }

    private static AdminServer Start(int post, string address = "127.0.0.1:0")
    {
        Must.Hold(Address.TryParse(address, out Address? parsed, out _));
        return AdminServer.Start(
            new AdminOptions { Address = parsed, AllowRemote = false },
            [
                new AdminEndpoint("GET", "/config", "", context => Reply.Text(context, 200, Config)),
                new AdminEndpoint("GET", "/readyz", "", context => Reply.Text(context, 503, "draining")),
                new AdminEndpoint("GET", "/backends", "", context => Reply.Text(context, 200, Backends)),
                new AdminEndpoint("POST", "/shutdown", "", context => Reply.Text(context, post, "so it is")),
            ],
            TimeProvider.System,
            NullLoggerFactory.Instance);
    }

    /// <summary>A clock that stands still, and jumps to the end of whatever is waited for: how slow the machine is does not show.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _ticks);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Add(ref _ticks, dueTime.Ticks);
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
