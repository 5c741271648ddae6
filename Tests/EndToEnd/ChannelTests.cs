using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using FrameRpc.Gateway.Demo;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Smf;
using FrameServer = FrameRpc.Protocol.Server.FrameServer;
using SmfServer = FrameRpc.Protocol.Server.SmfServer;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>The clients and servers of the library, directly and with the published gateway in between.</summary>
public sealed class ChannelTests : IDisposable
{
    private const int LargeBytes = 20 << 20;

    private static readonly RequestId Get = RequestId.ForMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response");

    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly TestNetwork _network = new();

    public static IEnumerable<bool> Ways => [false, true];

    [Test]
    [MethodDataSource(nameof(Ways))]
    public async Task The_frame_client_makes_every_kind_of_call_to_the_demo_server(bool throughGateway)
    {
        using var demo = DemoProcess.Start("frame");
        using GatewayProcess? gateway = throughGateway ? GatewayProcess.Start(new GatewayFile { FrameServers = [demo.Address] }) : null;
        await using var client = new FrameClient(gateway?.FrameAddress ?? demo.Address);

        await Assert.That(await JsonAsync(await SendAsync(client, "Echo", """{"Msg":"hi"}"""))).IsEqualTo("""{"Msg":"hi"}""");

        await using FrameReply stream = await SendAsync(client, "Stream", $$"""{"Bytes":{{LargeBytes}}}""", DataType.Octets);
        byte[] content = await OctetsAsync(stream);
        await Assert.That(content.Length).IsEqualTo(LargeBytes);
        await Assert.That(DemoContent.Matches(content, offset: 0)).IsTrue();

        await using FrameReply uploaded = await client.SendAsync("Upload", FrameBody.Octets(new MemoryStream(content)), DataType.Json, cancel: _cancel);
        await Assert.That(await JsonAsync(uploaded)).IsEqualTo($$"""{"Bytes":{{LargeBytes}}}""");

        var unknown = (await Assert.ThrowsExactlyAsync<RpcReplyException>(() => SendAsync(client, "Nobody", "1")))!;
        await Assert.That(unknown.Blame).IsEqualTo(Blame.Caller);
        await Assert.That(await JsonAsync(await SendAsync(client, "Echo", "1"))).IsEqualTo("1");
    }

    [Test]
    [MethodDataSource(nameof(Ways))]
    public async Task A_stream_whose_source_fails_is_an_error_to_the_frame_client(bool throughGateway)
    {
        await using FrameServer server = new FrameServer("127.0.0.1:0").Map("Stream", (_, _) => ValueTask.FromResult(FrameBody.Octets(new FailingStream(5_000_000))));
        server.Start();
        using GatewayProcess? gateway = throughGateway ? GatewayProcess.Start(new GatewayFile { FrameServers = [server.Address] }) : null;
        await using var client = new FrameClient(gateway?.FrameAddress ?? server.Address);
        await using FrameReply stream = await SendAsync(client, "Stream", "1", DataType.Octets);
        _ = await Assert.ThrowsExactlyAsync<RpcConnectionException>(() => OctetsAsync(stream));
    }

    [Test]
    [MethodDataSource(nameof(Ways))]
    public async Task The_smf_client_has_many_calls_of_all_sizes_in_flight_to_the_demo_server(bool throughGateway)
    {
        using var demo = DemoProcess.Start("smf");
        using GatewayProcess? gateway = throughGateway ? GatewayProcess.Start(new GatewayFile { SmfServers = [demo.Address] }) : null;
        await using var client = new SmfClient(gateway?.SmfAddress ?? demo.Address);
        await EchoManyAsync(client);
    }

    [Test]
    [MethodDataSource(nameof(Ways))]
    public async Task The_smf_client_has_many_calls_of_all_sizes_in_flight_to_the_smf_server(bool throughGateway)
    {
        await using SmfServer server = new SmfServer("127.0.0.1:0").Map(Get, (request, _) => ValueTask.FromResult(request.Payload));
        server.Start();
        using GatewayProcess? gateway = throughGateway ? GatewayProcess.Start(new GatewayFile { SmfServers = [server.Address] }) : null;
        await using var client = new SmfClient(gateway?.SmfAddress ?? server.Address);
        await EchoManyAsync(client);
    }

    [Test]
    public async Task What_an_smf_server_has_no_route_for_is_told_by_server_and_gateway_alike()
    {
        await using var server = new SmfServer("127.0.0.1:0");
        server.Start();
        using var gateway = GatewayProcess.Start(new GatewayFile { SmfServers = [server.Address] });
        foreach (string address in new[] { server.Address, gateway.SmfAddress })
        {
            await using var client = new SmfClient(address);
            var e = (await Assert.ThrowsExactlyAsync<RpcReplyException>(async () => await client.CallAsync(new RequestId(99), new byte[60], cancel: _cancel)))!;
            await Assert.That((e.Status, e.Blame)).IsEqualTo((404u, Blame.Caller));
        }
    }

    [Test]
    [Arguments("splice")]
    [Arguments("copy")]
    public async Task Octets_pass_both_ways_at_once_between_library_ends_through_the_gateway(string relay)
    {
        await using FrameServer server = new FrameServer(_network.Address("unix", "server"))
            .Map("EchoOctets", (request, _) => ValueTask.FromResult(FrameBody.Octets(request.Octets)));
        server.Start();
        using var gateway = GatewayProcess.Start(new GatewayFile { FrameServers = [server.Address], Relay = relay });
        await using var client = new FrameClient(gateway.FrameAddress);
        byte[] sent = RandomNumberGenerator.GetBytes(LargeBytes);
        await using FrameReply reply = await client.SendAsync("EchoOctets", FrameBody.Octets(sent), DataType.Octets, cancel: _cancel);
        await Assert.That(await OctetsAsync(reply)).IsSequence(sent);
    }

    [Test]
    public async Task An_upload_that_its_client_gives_up_never_looks_whole_behind_the_gateway()
    {
        var begun = new TaskCompletionSource();
        var whole = new TaskCompletionSource<bool>();
        await using FrameServer server = new FrameServer("127.0.0.1:0").Map("Upload", async (request, cancel) =>
        {
            begun.SetResult();
            try
            {
                await request.OpenOctets().CopyToAsync(Stream.Null, cancel);
                whole.SetResult(true);
            }
            catch
            {
                whole.SetResult(false);
                throw;
            }
            return FrameBody.RawJson("\"whole\""u8.ToArray());
        });
        server.Start();
        using var gateway = GatewayProcess.Start(new GatewayFile { FrameServers = [server.Address] });
        await using var client = new FrameClient(gateway.FrameAddress);
        var source = new Pipe();
        Task<FrameReply> call = client.SendAsync("Upload", FrameBody.Octets(source.Reader), DataType.Json, cancel: _cancel);
        _ = await source.Writer.WriteAsync(new byte[50_000], _cancel);
        // Given up any sooner, the call may end at the gateway.
        await begun.Task.WaitAsync(Patience.Long, _cancel);
        await source.Writer.CompleteAsync(new InvalidOperationException("the disk is gone"));
        _ = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => call);
        await Assert.That(await whole.Task.WaitAsync(Patience.Long, _cancel)).IsFalse();
    }

    public void Dispose() => _network.Dispose();

    private async Task EchoManyAsync(SmfClient client)
    {
        int[] sizes = [12, 13, 60, 4096, 65_536, 65_537, 1_000_000];
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async call =>
        {
            byte[] payload = [.. SmfEmptyReply.Payload, .. RandomNumberGenerator.GetBytes(sizes[call % sizes.Length] - SmfEmptyReply.Payload.Length)];
            using SmfReply reply = await client.CallAsync(Get, payload, cancel: _cancel);
            await Assert.That(reply.Payload.ToArray()).IsSequence(payload);
        }));
    }

    private Task<FrameReply> SendAsync(FrameClient client, string endpoint, string json, DataType accept = DataType.Json) =>
        client.SendAsync(endpoint, FrameBody.RawJson(Encoding.UTF8.GetBytes(json)), accept, cancel: _cancel);

    private async Task<string> JsonAsync(FrameReply reply) => Encoding.UTF8.GetString((await reply.ReadRawJsonAsync(_cancel)).Span).TrimEnd('\n');

    private async Task<byte[]> OctetsAsync(FrameReply reply)
    {
        var all = new MemoryStream();
        await reply.OpenOctets().CopyToAsync(all, _cancel);
        return all.ToArray();
    }
}
