using System.Net.Sockets;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Sockets;

public sealed class ListenerSocketTests : IDisposable
{
    private readonly EpollNetwork _first = new(new ResolvedAddresses());
    private readonly EpollNetwork _second = new(new ResolvedAddresses());

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    /// <summary>An epoll watches what is behind a descriptor: while a duplicate is open elsewhere, closing the descriptor does not end that.</summary>
    [Test]
    public async Task A_closed_unix_listener_is_not_watched_any_more_while_another_worker_listens_on()
    {
        string path = Path.Combine(Path.GetTempPath(), $"frpc-{Guid.NewGuid():N}.sock");
        using ListenerSockets point = ListenerSockets.Open(new UnixAddress(path), workers: 2);
        long inode = EpollEntries.InodeOf(point.Descriptor);
        IListenerSocket leaving = point.Attach(_first, 0);
        IListenerSocket staying = point.Attach(_second, 1);
        await Assert.That(EpollEntries.WatchersOf(inode).Length).IsEqualTo(2);

        leaving.Close();

        await Assert.That(EpollEntries.WatchersOf(inode)).HasSingleItem();
        var owner = new ReadyRecorder();
        staying.Owner = owner;
        using var caller = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        caller.Connect(new UnixDomainSocketEndPoint(path));
        owner.Await(_second, Readiness.Readable);
        await Assert.That(staying.Accept(out Arrival arrival)).IsEqualTo(AcceptStatus.Accepted);
        staying.Refuse(arrival);
        staying.Close();
        await Assert.That(EpollEntries.WatchersOf(inode)).IsEmpty();
    }

    [Test]
    public async Task A_tcp_listener_that_others_have_a_copy_of_is_not_watched_any_more_when_it_is_closed()
    {
        using ListenerSockets point = ListenerSockets.Open(new TcpAddress("127.0.0.1", 0), workers: 1);
        long inode = EpollEntries.InodeOf(point.Descriptor);
        int copy = Libc.dup(point.Descriptor);
        IListenerSocket listener = point.Attach(_first, 0);
        await Assert.That(EpollEntries.WatchersOf(inode)).HasSingleItem();

        listener.Close();

        await Assert.That(EpollEntries.WatchersOf(inode)).IsEmpty();
        _ = Libc.close(copy);
    }
}
