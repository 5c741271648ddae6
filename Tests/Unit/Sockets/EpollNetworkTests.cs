using System.Net;
using System.Net.Sockets;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Sockets;

public sealed class EpollNetworkTests : IDisposable
{
    private static readonly TcpAddress AnyPort = new("127.0.0.1", 0);

    private readonly EpollNetwork _network = new(new ResolvedAddresses());

    public void Dispose() => _network.Dispose();

    [Test]
    public async Task A_listener_on_port_0_has_the_same_port_for_all_workers()
    {
        using ListenerSockets point = ListenerSockets.Open(AnyPort, workers: 3);
        TcpAddress address = (await Assert.That(point.Address).IsTypeOf<TcpAddress>())!;
        await Assert.That(address.Port).IsNotEqualTo(0);

        var owner = new ReadyRecorder();
        IListenerSocket[] listeners = [.. Enumerable.Range(0, 3).Select(worker => point.Attach(_network, worker))];
        foreach (IListenerSocket listener in listeners)
            listener.Owner = owner;
        using var caller = new TcpClient();
        caller.Connect(IPAddress.Loopback, address.Port);
        owner.Await(_network, Readiness.Readable);

        await Assert.That(listeners).HasSingleItem(listener => listener.Accept(out _) == AcceptStatus.Accepted);
        foreach (IListenerSocket listener in listeners)
            listener.Close();
    }

    [Test]
    public async Task A_tcp_address_in_use_is_refused_even_if_its_owner_would_share_it()
    {
        using ListenerSockets first = ListenerSockets.Open(AnyPort, workers: 1);

        var refused = Assert.ThrowsExactly<IOException>(() => ListenerSockets.Open(first.Address, workers: 1));

        await Assert.That(refused.Message).Contains("address in use", StringComparison.Ordinal);
    }

    [Test]
    public async Task One_who_listens_alone_shares_the_port_with_nobody()
    {
        using ListenerSockets alone = ListenerSockets.Open(AnyPort, workers: 1);
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.SetRawSocketOption(Libc.SOL_SOCKET, Libc.SO_REUSEPORT, BitConverter.GetBytes(1));

        var refused = Assert.ThrowsExactly<SocketException>(() => other.Bind(new IPEndPoint(IPAddress.Loopback, ((TcpAddress)alone.Address).Port)));

        await Assert.That(refused.SocketErrorCode).IsEqualTo(SocketError.AddressAlreadyInUse);
    }

    [Test]
    public async Task A_stale_unix_socket_is_replaced_a_live_one_is_refused_and_the_file_goes_with_its_owner()
    {
        string path = Path.Combine(Path.GetTempPath(), $"frpc-{Guid.NewGuid():N}.sock");
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(path));
            dead.Listen();
            // .NET removes the file of a socket that it closes in order; a crash leaves it.
            File.Move(path, path + ".crashed");
            dead.CloseAtOnce();
        }
        File.Move(path + ".crashed", path);

        using (ListenerSockets live = ListenerSockets.Open(new UnixAddress(path), workers: 2))
        {
            var refused = Assert.ThrowsExactly<IOException>(() => ListenerSockets.Open(live.Address, workers: 2));
            await Assert.That(refused.Message).Contains("address in use", StringComparison.Ordinal);
        }

        await Assert.That(File.Exists(path)).IsFalse();
    }

    [Test]
    public async Task A_file_that_is_not_a_socket_is_left_alone()
    {
        string path = Path.GetTempFileName();
        try
        {
            Assert.ThrowsExactly<IOException>(() => ListenerSockets.Open(new UnixAddress(path), workers: 1));
            await Assert.That(File.Exists(path)).IsTrue();
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Test]
    public async Task A_connection_that_is_refused_says_so_by_readiness()
    {
        // Bound but not listening: nobody else gets this port meanwhile, and connecting is refused.
        using var unused = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        unused.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = new TcpAddress("127.0.0.1", ((IPEndPoint)unused.LocalEndPoint!).Port);
        var missing = new UnixAddress("/nonexistent/frpc.sock");
        using var network = new EpollNetwork(new ResolvedAddresses(address, missing));

        foreach (Address target in new Address[] { address, missing })
        {
            var owner = new ReadyRecorder();
            ISocket socket = network.Connect(target);
            socket.Owner = owner;
            owner.Await(network, Readiness.Failed);
            await Assert.That(socket.ConnectError()).IsNotEqualTo(0);
            socket.Close();
        }
    }

    [Test]
    public async Task An_event_of_a_closed_socket_is_not_given_to_the_next_with_its_descriptor()
    {
        (ISocket near, ISocket far) = _network.ConnectPair();
        var first = new ReadyRecorder();
        near.Owner = first;
        far.Send("x"u8);
        _network.Wait(timeoutMs: 0);
        near.Close();

        (ISocket nearAgain, ISocket _) = _network.ConnectPair();
        var second = new ReadyRecorder();
        nearAgain.Owner = second;
        while (_network.TryTakeReady(out IReadyHandler owner, out Readiness readiness))
            owner.OnReady(readiness);

        await Assert.That(first.Seen).IsEqualTo(Readiness.None);
        await Assert.That(second.Seen).IsEqualTo(Readiness.Writable);
    }

    [Test]
    public async Task An_abort_is_a_reset_over_tcp()
    {
        using ListenerSockets point = ListenerSockets.Open(AnyPort, workers: 1);
        var owner = new ReadyRecorder();
        IListenerSocket listener = point.Attach(_network, 0);
        listener.Owner = owner;
        using var caller = new TcpClient();
        caller.Connect(IPAddress.Loopback, ((TcpAddress)point.Address).Port);
        owner.Await(_network, Readiness.Readable);
        await Assert.That(listener.Accept(out Arrival arrival)).IsEqualTo(AcceptStatus.Accepted);
        ISocket socket = listener.TryAdopt(arrival)!;

        await Assert.That(socket.CanReset).IsTrue();
        socket.Abort();

        var reset = Assert.ThrowsExactly<IOException>(() => caller.GetStream().ReadByte());
        await Assert.That((await Assert.That(reset.InnerException).IsTypeOf<SocketException>())!.SocketErrorCode).IsEqualTo(SocketError.ConnectionReset);
        listener.Close();
    }
}
