using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Transports;
using FrameServer = FrameRpc.Protocol.Server.FrameServer;
using SmfServer = FrameRpc.Protocol.Server.SmfServer;

namespace FrameRpc.Tests.Protocol.Transports;

/// <summary>What every transport does, whatever it is made of.</summary>
public sealed class TransportTests : IDisposable
{
    private static readonly RequestId Echo = new(7);

    private readonly CancellationToken _cancel = TestContext.Current!.Execution.CancellationToken;
    private readonly string _folder = Directory.CreateTempSubdirectory("frpc").FullName;

    public static IEnumerable<string> Kinds => ["tcp", "unix", "tls", "in process"];

    [Test]
    [MethodDataSource(nameof(Kinds))]
    public async Task Both_formats_are_served_over_it_with_small_and_large_bodies(string kind)
    {
        byte[] body = RandomNumberGenerator.GetBytes(5_000_000);
        (IListener frames, IConnector toFrames) = Make(kind);
        await using FrameServer frameServer = new FrameServer(frames).Map("Mirror", (request, _) => ValueTask.FromResult(FrameBody.Octets(request.Octets)));
        frameServer.Start();
        await using var frameClient = new FrameClient(toFrames);
        await using (FrameReply reply = await frameClient.SendAsync("Mirror", FrameBody.Octets(body), DataType.Octets, cancel: _cancel))
            await Assert.That(await ReadAllAsync(reply.OpenOctets())).IsSequence(body);

        (IListener smf, IConnector toSmf) = Make(kind);
        await using SmfServer smfServer = new SmfServer(smf).Map(Echo, (request, _) => ValueTask.FromResult(request.Payload));
        smfServer.Start();
        await using var smfClient = new SmfClient(toSmf);
        using SmfReply small = await smfClient.CallAsync(Echo, body.AsMemory(0, 60), cancel: _cancel);
        await Assert.That(small.Payload.ToArray()).IsSequence(body[..60]);
        using SmfReply large = await smfClient.CallAsync(Echo, body, cancel: _cancel);
        await Assert.That(large.Payload.ToArray()).IsSequence(body);
    }

    [Test]
    [MethodDataSource(nameof(Kinds))]
    public async Task An_orderly_end_comes_after_all_that_was_sent(string kind)
    {
        (TransportConnection near, TransportConnection far) = await ConnectAsync(kind);
        _ = await near.Output.WriteAsync(new byte[100_000], _cancel);
        await near.DisposeAsync();
        await Assert.That((await ReadAllAsync(far.Input.AsStream())).Length).IsEqualTo(100_000);
        await far.DisposeAsync();
    }

    [Test]
    [Arguments("tcp")]
    [Arguments("tls")]
    [Arguments("in process")]
    public async Task An_abrupt_end_is_a_failure_to_the_other_side(string kind)
    {
        (TransportConnection near, TransportConnection far) = await ConnectAsync(kind);
        _ = await near.Output.WriteAsync(new byte[10], _cancel);
        far.Input.AdvanceTo((await far.Input.ReadAtLeastAsync(10, _cancel)).Buffer.End);
        near.Abort();
        await near.DisposeAsync();
        _ = await Assert.ThrowsAsync<IOException>(async () => await far.Input.ReadAsync(_cancel));
        await far.DisposeAsync();
    }

    [Test]
    [MethodDataSource(nameof(Kinds))]
    public async Task An_abrupt_end_wakes_whoever_reads_on_this_side(string kind)
    {
        (TransportConnection near, TransportConnection far) = await ConnectAsync(kind);
        Task<bool> woken = EndsAsync(near);
        near.Abort();
        await Assert.That(near.IsAborted).IsTrue();
        await Assert.That(await woken).IsTrue();
        await near.DisposeAsync();
        await far.DisposeAsync();
    }

    [Test]
    [MethodDataSource(nameof(Kinds))]
    public async Task Accepting_ends_when_it_is_cancelled(string kind)
    {
        (IListener listener, _) = Make(kind);
        using var cancel = new CancellationTokenSource();
        ValueTask<TransportConnection> accepting = listener.AcceptAsync(cancel.Token);
        await cancel.CancelAsync();
        _ = await Assert.ThrowsAsync<OperationCanceledException>(async () => await accepting);
        await listener.DisposeAsync();
    }

    [Test]
    [MethodDataSource(nameof(Kinds))]
    public async Task Nobody_connects_to_a_listener_that_was_disposed(string kind)
    {
        (IListener listener, IConnector connector) = Make(kind);
        await listener.DisposeAsync();
        Exception e = (await Assert.ThrowsAsync<Exception>(async () => await connector.ConnectAsync(_cancel)))!;
        await Assert.That(e is IOException or SocketException).IsTrue().Because(e.ToString());
    }

    [Test]
    public async Task Any_two_pipes_are_a_connection_that_is_given_out_once()
    {
        var there = new Pipe();
        var back = new Pipe();
        await using FrameServer server = new FrameServer(new OneConnection(new Ends(there.Reader, back.Writer)))
            .Map("Mirror", (request, _) => ValueTask.FromResult(FrameBody.Octets(request.Octets)));
        server.Start();
        var connector = new OneConnection(new Ends(back.Reader, there.Writer), "two pipes");
        await using (var client = new FrameClient(connector))
        {
            await using FrameReply reply = await client.SendAsync("Mirror", FrameBody.Octets(new byte[200_000]), DataType.Octets, cancel: _cancel);
            await Assert.That((await ReadAllAsync(reply.OpenOctets())).Length).IsEqualTo(200_000);
        }
        var e = (await Assert.ThrowsExactlyAsync<IOException>(async () => await connector.ConnectAsync(_cancel)))!;
        await Assert.That(e.Message).IsEqualTo("two pipes: the only connection was already used");
    }

    [Test]
    public async Task A_caller_that_never_makes_its_handshake_keeps_no_other_waiting()
    {
        (IListener listener, IConnector connector) = Make("tls");
        await using IListener disposed = listener;
        using var silent = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await silent.ConnectAsync(System.Net.IPEndPoint.Parse(listener.Address), _cancel);
        ValueTask<TransportConnection> accepting = listener.AcceptAsync(_cancel);
        TransportConnection near = await connector.ConnectAsync(_cancel);
        TransportConnection far = await accepting;
        await near.DisposeAsync();
        await far.DisposeAsync();
    }

    [Test]
    public async Task A_server_that_the_client_does_not_trust_is_not_connected_to()
    {
        await using var listener = new TlsListener(new SocketListener("127.0.0.1:0"), SelfSigned.Server());
        var connector = new TlsConnector(new SocketConnector(listener.Address), new SslClientAuthenticationOptions { TargetHost = "somebody else" });
        _ = await Assert.ThrowsExactlyAsync<System.Security.Authentication.AuthenticationException>(async () => await connector.ConnectAsync(_cancel));
    }

    [Test]
    [Arguments("127.0.0.1:80", "127.0.0.1:80")]
    [Arguments("[::1]:80", "[::1]:80")]
    [Arguments("name.example:80", "name.example:80")]
    [Arguments("unix:/run/x.sock", "unix:/run/x.sock")]
    public async Task Addresses_are_shown_as_they_are_written(string written, string shown) =>
        await Assert.That(new SocketConnector(written).Address).IsEqualTo(shown);

    [Test]
    [Arguments("127.0.0.1")]
    [Arguments(":80")]
    [Arguments("::1:80")]
    [Arguments("name:65536")]
    [Arguments("unix:")]
    public async Task What_is_no_address_is_refused_with_the_forms_there_are(string written) =>
        await Assert.That(Assert.ThrowsExactly<FormatException>(() => _ = new SocketConnector(written)).Message)
            .IsEqualTo($"\"{written}\" is not an address; write HOST:PORT, [IPV6]:PORT or unix:PATH");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private (IListener Listener, IConnector Connector) Make(string kind)
    {
        if (kind == "in process")
        {
            var transport = new InProcessTransport();
            return (transport, transport);
        }
        var listener = new SocketListener(kind == "unix" ? $"unix:{_folder}/{Guid.NewGuid():n}" : "127.0.0.1:0");
        var connector = new SocketConnector(listener.Address);
        return kind == "tls" ? (new TlsListener(listener, SelfSigned.Server()), new TlsConnector(connector, SelfSigned.Client())) : (listener, connector);
    }

    private async Task<(TransportConnection Near, TransportConnection Far)> ConnectAsync(string kind)
    {
        (IListener listener, IConnector connector) = Make(kind);
        await using IListener disposed = listener;
        ValueTask<TransportConnection> accepting = listener.AcceptAsync(_cancel);
        TransportConnection near = await connector.ConnectAsync(_cancel);
        return (near, await accepting);
    }

    private async Task<byte[]> ReadAllAsync(Stream stream)
    {
        var all = new MemoryStream();
        await stream.CopyToAsync(all, _cancel);
        return all.ToArray();
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private async Task<bool> EndsAsync(TransportConnection connection)
    {
        try
        {
            return (await connection.Input.ReadAsync(_cancel)).IsCanceled;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            return true;
        }
    }
}
