using System.Net.Sockets;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.EndToEnd;
using Xunit;

namespace FrameRpc.Tests.Sockets;

public sealed class SocketFileTests : IDisposable
{
    private readonly TestNetwork _network = new();

    private string Path => _network.SocketPath("a");

    public void Dispose() => _network.Dispose();

    [Theory]
    [InlineData("0660")]
    [InlineData("0666")]
    [InlineData("0600")]
    [InlineData("0777")]
    [InlineData("0000")]
    public void The_file_has_its_mode_whatever_the_umask_is(string mode)
    {
        using ListenPoint point = Open(new SocketRights((UnixFileMode)Convert.ToInt32(mode, 8), null));

        Assert.Equal($"{Convert.ToInt32(mode, 8)}", $"{(int)FileSystem.Look(Path)!.Value.Mode}");
    }

    [Fact]
    public void By_default_it_is_the_users_and_the_groups() =>
        Assert.Equal(SocketRights.DefaultMode, OpenAnd(SocketRights.Default, () => FileSystem.Look(Path)!.Value.Mode));

    [Fact]
    public void The_file_is_given_to_its_owner()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root gives files away");
        Assert.Equal("65534:7", OpenAnd(new SocketRights(SocketRights.DefaultMode, new FileOwner(65534, 7)), Stat));
        Assert.Equal("0:7", OpenAnd(new SocketRights(SocketRights.DefaultMode, new FileOwner(null, 7)), Stat));
    }

    /// <summary>Why its mode is set before it listens.</summary>
    [Fact]
    public void What_is_bound_and_does_not_listen_yet_cannot_be_connected_to()
    {
        using var bound = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bound.Bind(new UnixDomainSocketEndPoint(Path));
        using var caller = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => caller.Connect(new UnixDomainSocketEndPoint(Path))).SocketErrorCode);
    }

    [Fact]
    public void What_has_come_to_its_path_stays_when_it_ends()
    {
        using (Open(SocketRights.Default))
        {
            File.Delete(Path);
            File.WriteAllText(Path, "another's");
        }

        Assert.Equal("another's", File.ReadAllText(Path));
    }

    [Fact]
    public void The_socket_of_another_gateway_that_has_come_to_its_path_stays_and_serves()
    {
        ListenPoint first = Open(SocketRights.Default);
        File.Delete(Path);
        using ListenPoint second = Open(SocketRights.Default);

        first.Withdraw();
        first.Dispose();

        Assert.True(Peer.CanConnect($"unix:{Path}"));
    }

    [Fact]
    public void A_symbolic_link_is_not_a_socket_that_was_left_behind()
    {
        string target = _network.SocketPath("target");
        File.CreateSymbolicLink(Path, target);

        IOException refused = Assert.Throws<IOException>(() => Open(SocketRights.Default));

        Assert.Equal($"{Path} exists and is not a socket; the gateway would not delete it", refused.Message);
        Assert.Equal(target, new FileInfo(Path).LinkTarget);
    }

    [Fact]
    public void What_is_not_the_file_that_was_seen_is_not_deleted()
    {
        File.WriteAllText(Path, "first");
        FileIdentity first = FileSystem.Look(Path)!.Value.Identity;
        // Held by its other name, so that its number is not given to the second.
        File.Move(Path, Path + ".held");
        File.WriteAllText(Path, "second");

        SocketFile.DeleteIfStill(Path, first);
        Assert.Equal("second", File.ReadAllText(Path));

        SocketFile.DeleteIfStill(Path, FileSystem.Look(Path)!.Value.Identity);
        Assert.False(File.Exists(Path));
    }

    private ListenPoint Open(SocketRights rights) => ListenPoint.Open(new UnixAddress(Path), workers: 2, rights);

    private T OpenAnd<T>(SocketRights rights, Func<T> look)
    {
        using ListenPoint point = Open(rights);
        return look();
    }

    private string Stat() => Binary.Run(Binary.StartProgram("stat", _network.Folder, [], "--format", "%u:%g", Path)).Output.Trim();
}
