using System.Net.Sockets;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.Sockets;

public sealed class SocketFileTests : IDisposable
{
    private readonly TestNetwork _network = new();

    private string Path => _network.SocketPath("a");

    public void Dispose() => _network.Dispose();

    [Test]
    [Arguments("0660")]
    [Arguments("0666")]
    [Arguments("0600")]
    [Arguments("0777")]
    [Arguments("0000")]
    public async Task The_file_has_its_mode_whatever_the_umask_is(string mode)
    {
        using ListenerSockets point = Open(new SocketRights((UnixFileMode)Convert.ToInt32(mode, 8), null));

        await Assert.That($"{(int)FileSystem.Look(Path)!.Value.Mode}").IsEqualTo($"{Convert.ToInt32(mode, 8)}");
    }

    [Test]
    public async Task By_default_it_is_the_users_and_the_groups() =>
        await Assert.That(OpenAnd(SocketRights.Default, () => FileSystem.Look(Path)!.Value.Mode)).IsEqualTo(SocketRights.DefaultMode);

    [Test]
    public async Task The_file_is_given_to_its_owner()
    {
        Skip.Unless(Environment.IsPrivilegedProcess, "only root gives files away");
        await Assert.That(OpenAnd(new SocketRights(SocketRights.DefaultMode, new FileOwner(65534, 7)), Stat)).IsEqualTo("65534:7");
        await Assert.That(OpenAnd(new SocketRights(SocketRights.DefaultMode, new FileOwner(null, 7)), Stat)).IsEqualTo("0:7");
    }

    /// <summary>Why its mode is set before it listens.</summary>
    [Test]
    public async Task What_is_bound_and_does_not_listen_yet_cannot_be_connected_to()
    {
        using var bound = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bound.Bind(new UnixDomainSocketEndPoint(Path));
        using var caller = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        await Assert.That(Assert.ThrowsExactly<SocketException>(() => caller.Connect(new UnixDomainSocketEndPoint(Path))).SocketErrorCode)
            .IsEqualTo(SocketError.ConnectionRefused);
    }

    [Test]
    public async Task What_has_come_to_its_path_stays_when_it_ends()
    {
        using (Open(SocketRights.Default))
        {
            File.Delete(Path);
            File.WriteAllText(Path, "another's");
        }

        await Assert.That(File.ReadAllText(Path)).IsEqualTo("another's");
    }

    [Test]
    public async Task The_socket_of_another_gateway_that_has_come_to_its_path_stays_and_serves()
    {
        ListenerSockets first = Open(SocketRights.Default);
        File.Delete(Path);
        using ListenerSockets second = Open(SocketRights.Default);

        first.Withdraw();
        first.Dispose();

        await Assert.That(Peer.CanConnect($"unix:{Path}")).IsTrue();
    }

    [Test]
    public async Task A_symbolic_link_is_not_a_socket_that_was_left_behind()
    {
        string target = _network.SocketPath("target");
        File.CreateSymbolicLink(Path, target);

        IOException refused = Assert.ThrowsExactly<IOException>(() => Open(SocketRights.Default));

        await Assert.That(refused.Message).IsEqualTo($"{Path} exists and is not a socket; the gateway does not delete it");
        await Assert.That(new FileInfo(Path).LinkTarget).IsEqualTo(target);
    }

    [Test]
    public async Task What_is_not_the_file_that_was_seen_is_not_deleted()
    {
        File.WriteAllText(Path, "first");
        FileIdentity first = FileSystem.Look(Path)!.Value.Identity;
        // Held by its other name, so that its number is not given to the second.
        File.Move(Path, Path + ".held");
        File.WriteAllText(Path, "second");

        SocketFile.DeleteIfStill(Path, first);
        await Assert.That(File.ReadAllText(Path)).IsEqualTo("second");

        SocketFile.DeleteIfStill(Path, FileSystem.Look(Path)!.Value.Identity);
        await Assert.That(File.Exists(Path)).IsFalse();
    }

    private ListenerSockets Open(SocketRights rights) => ListenerSockets.Open(new UnixAddress(Path), workers: 2, rights);

    private T OpenAnd<T>(SocketRights rights, Func<T> look)
    {
        using ListenerSockets point = Open(rights);
        return look();
    }

    private string Stat() => Programs.Run(Programs.Start("stat", _network.Folder, [], "--format", "%u:%g", Path)).Output.Trim();
}
