using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace FrameRpc.Tests.Peers;

public sealed class PeerTests
{
    [Test]
    [NotInParallel] // A collection disturbs the tests that count allocations.
    public async Task A_peer_that_the_test_no_longer_refers_to_stays_connected()
    {
        using var network = new TestNetwork();
        using Socket listener = Peer.NewSocket(Peer.EndPointOf(network.Address("unix", "peer")));
        listener.Bind(Peer.EndPointOf(network.Address("unix", "peer")));
        listener.Listen();
        ConnectAndForget(network.Address("unix", "peer"));
        using Socket accepted = listener.Accept();

        GC.Collect();
        GC.WaitForPendingFinalizers();

        await Assert.That(accepted.Poll(0, SelectMode.SelectRead)).IsFalse();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ConnectAndForget(string address) => _ = Peer.Connect(address);
}
