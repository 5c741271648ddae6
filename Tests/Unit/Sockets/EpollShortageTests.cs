using System.Net;
using System.Net.Sockets;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Sockets;

/// <summary>The kernel will not watch a socket (fs.epoll.max_user_watches, memory). Alone, because they count the process's sockets.</summary>
[NotInParallel] // Counts what the process has open.
public sealed class EpollShortageTests : IDisposable
{
    private static readonly UnixAddress Nowhere = new("/nonexistent/frpc.sock");

    private readonly EpollNetwork _network = new(new ResolvedAddresses(Nowhere));

    public void Dispose() => _network.Dispose();

    [Test]
    public async Task A_connection_that_cannot_be_watched_is_reported_as_failed_and_leaves_no_descriptor_behind()
    {
        await BreakEpoll();
        long[] before = EpollEntries.Sockets();

        ISocket socket = _network.Connect(Nowhere);

        await Assert.That(EpollEntries.Sockets()).IsSequence(before);
        await AssertFailed(socket);
    }

    [Test]
    public async Task A_pair_that_cannot_be_watched_is_reported_as_failed_and_leaves_no_descriptor_behind()
    {
        await BreakEpoll();
        long[] before = EpollEntries.Sockets();

        (ISocket near, ISocket far) = _network.ConnectPair();

        await Assert.That(EpollEntries.Sockets()).IsSequence(before);
        await AssertFailed(near);
        far.Close();
    }

    [Test]
    public async Task A_caller_that_cannot_be_watched_is_reset_and_leaves_no_descriptor_behind()
    {
        using ListenerSockets point = ListenerSockets.Open(new TcpAddress("127.0.0.1", 0), workers: 1);
        var owner = new ReadyRecorder();
        IListenerSocket listener = point.Attach(_network, 0);
        listener.Owner = owner;
        using var caller = new TcpClient();
        caller.Connect(IPAddress.Loopback, ((TcpAddress)point.Address).Port);
        owner.Await(_network, Readiness.Readable);
        long[] before = EpollEntries.Sockets();
        await Assert.That(listener.Accept(out Arrival arrival)).IsEqualTo(AcceptStatus.Accepted);
        await BreakEpoll();

        await Assert.That(listener.TryAdopt(arrival)).IsNull();

        await Assert.That(EpollEntries.Sockets()).IsSequence(before);
        var reset = Assert.ThrowsExactly<IOException>(() => caller.GetStream().ReadByte());
        await Assert.That((await Assert.That(reset.InnerException).IsTypeOf<SocketException>())!.SocketErrorCode).IsEqualTo(SocketError.ConnectionReset);
        listener.Close();
    }

    private async Task AssertFailed(ISocket socket)
    {
        var owner = new ReadyRecorder();
        socket.Owner = owner;
        await Assert.That(_network.TryTakeReady(out IReadyHandler told, out Readiness readiness)).IsTrue();
        await Assert.That(told).IsSameReferenceAs(owner);
        await Assert.That(readiness).IsEqualTo(Readiness.Failed);
        await Assert.That(socket.ConnectError()).IsNotEqualTo(0);
        socket.Close();
    }

    private async Task BreakEpoll()
    {
        (ISocket near, ISocket far) = _network.ConnectPair();
        using ListenerSockets point = ListenerSockets.Open(new TcpAddress("127.0.0.1", 0), workers: 1);
        long inode = EpollEntries.InodeOf(point.Descriptor);
        IListenerSocket listener = point.Attach(_network, 0);
        int epoll = await Assert.That(EpollEntries.WatchersOf(inode)).HasSingleItem();
        listener.Close();
        near.Close();
        far.Close();
        EpollEntries.Break(epoll);
    }
}
