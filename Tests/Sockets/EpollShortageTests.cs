using System.Net;
using System.Net.Sockets;
using FrameRpc.Gateway.Sockets;
using Xunit;
using SocketAddress = FrameRpc.Gateway.Sockets.SocketAddress;

namespace FrameRpc.Tests.Sockets;

/// <summary>The kernel will not watch a socket (fs.epoll.max_user_watches, memory). Alone, because they count the process's sockets.</summary>
[Collection(nameof(Alone))]
public sealed class EpollShortageTests : IDisposable
{
    private static readonly UnixAddress Nowhere = new("/nonexistent/frpc.sock");

    private readonly EpollNetwork _network = new(new Dictionary<Address, SocketAddress> { [Nowhere] = SocketAddress.Resolve(Nowhere) });

    public void Dispose() => _network.Dispose();

    [Fact]
    public void A_connection_that_cannot_be_watched_is_reported_as_failed_and_leaves_no_descriptor_behind()
    {
        BreakEpoll();
        long[] before = EpollEntries.Sockets();

        ISocket socket = _network.Connect(Nowhere);

        Assert.Equal(before, EpollEntries.Sockets());
        AssertFailed(socket);
    }

    [Fact]
    public void A_pair_that_cannot_be_watched_is_reported_as_failed_and_leaves_no_descriptor_behind()
    {
        BreakEpoll();
        long[] before = EpollEntries.Sockets();

        (ISocket near, ISocket far) = _network.ConnectPair();

        Assert.Equal(before, EpollEntries.Sockets());
        AssertFailed(near);
        far.Close();
    }

    [Fact]
    public void A_caller_that_cannot_be_watched_is_reset_and_leaves_no_descriptor_behind()
    {
        using ListenPoint point = ListenPoint.Open(new TcpAddress("127.0.0.1", 0), workers: 1);
        var owner = new ReadyRecorder();
        IListener listener = point.Attach(_network, 0);
        listener.Owner = owner;
        using var caller = new TcpClient();
        caller.Connect(IPAddress.Loopback, ((TcpAddress)point.Address).Port);
        owner.Await(_network, Readiness.Readable);
        long[] before = EpollEntries.Sockets();
        Assert.Equal(AcceptStatus.Accepted, listener.Accept(out Arrival arrival));
        BreakEpoll();

        Assert.Null(listener.TryAdopt(arrival));

        Assert.Equal(before, EpollEntries.Sockets());
        var reset = Assert.Throws<IOException>(() => caller.GetStream().ReadByte());
        Assert.Equal(SocketError.ConnectionReset, Assert.IsType<SocketException>(reset.InnerException).SocketErrorCode);
        listener.Close();
    }

    private void AssertFailed(ISocket socket)
    {
        var owner = new ReadyRecorder();
        socket.Owner = owner;
        Assert.True(_network.TryTakeReady(out IReadyHandler told, out Readiness readiness));
        Assert.Same(owner, told);
        Assert.Equal(Readiness.Failed, readiness);
        Assert.NotEqual(0, socket.ConnectError());
        socket.Close();
    }

    private void BreakEpoll()
    {
        (ISocket near, ISocket far) = _network.ConnectPair();
        using ListenPoint point = ListenPoint.Open(new TcpAddress("127.0.0.1", 0), workers: 1);
        long inode = EpollEntries.InodeOf(point.Descriptor);
        IListener listener = point.Attach(_network, 0);
        int epoll = Assert.Single(EpollEntries.WatchersOf(inode));
        listener.Close();
        near.Close();
        far.Close();
        EpollEntries.Break(epoll);
    }
}
