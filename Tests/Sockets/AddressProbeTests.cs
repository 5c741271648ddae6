using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using FrameRpc.Gateway.Sockets;
using Xunit;

namespace FrameRpc.Tests.Sockets;

public sealed class AddressProbeTests : IDisposable
{
    private const int SolSocket = 1;
    private const int SoReusePort = 15;

    private readonly string _folder = Directory.CreateTempSubdirectory("frpc-probe-").FullName;

    private string SocketPath => Path.Combine(_folder, "x.sock");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_free_port_is_fine_and_stays_free()
    {
        Socket taken = Listen(0);
        var address = new TcpAddress("127.0.0.1", ((IPEndPoint)taken.LocalEndPoint!).Port);
        taken.CloseAtOnce();

        Assert.Null(AddressProbe.FindProblem(address));
        Assert.Null(AddressProbe.FindProblem(address));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("0.0.0.0")]
    public void A_port_is_taken_also_by_one_that_would_share_it(string host)
    {
        using Socket other = Listen(SoReusePort);
        var address = new TcpAddress(host, ((IPEndPoint)other.LocalEndPoint!).Port);

        Assert.Equal($"address in use: something else listens on {address}", AddressProbe.FindProblem(address));
    }

    [Fact]
    public void An_address_of_another_machine_is_told() =>
        Assert.Equal("192.0.2.1 is not an address of this machine", AddressProbe.FindProblem(new TcpAddress("192.0.2.1", 0)));

    [Fact]
    public void A_name_that_is_none_is_told() => Assert.StartsWith(
        "the host name \"no-such-host.invalid\" cannot be resolved: ", AddressProbe.FindProblem(new TcpAddress("no-such-host.invalid", 1)), StringComparison.Ordinal);

    [Fact]
    public void A_path_without_a_file_is_fine_and_stays_so()
    {
        Assert.Null(AddressProbe.FindProblem(new UnixAddress(SocketPath)));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_socket_that_something_listens_on_is_in_use()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(SocketPath));
        other.Listen(0);
        string inUse = $"address in use: something else listens on unix:{SocketPath}";

        // The second and third find a queue that is full.
        Assert.Equal([inUse, inUse, inUse], Enumerable.Range(0, 3).Select(_ => AddressProbe.FindProblem(new UnixAddress(SocketPath))));
    }

    [Fact]
    public void A_socket_that_was_left_behind_is_fine()
    {
        // Closing the listener would delete the file, so a file that is renamed meanwhile stands for that of a killed process.
        using (var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            other.Bind(new UnixDomainSocketEndPoint(SocketPath + ".old"));
            other.Listen(1);
            File.Move(SocketPath + ".old", SocketPath);
            other.CloseAtOnce();
        }

        Assert.True(File.Exists(SocketPath));
        Assert.Null(AddressProbe.FindProblem(new UnixAddress(SocketPath)));
    }

    [Fact]
    public void A_file_that_is_no_socket_is_told()
    {
        File.WriteAllText(SocketPath, "");

        Assert.Equal($"{SocketPath} exists and is not a socket; the gateway would not delete it", AddressProbe.FindProblem(new UnixAddress(SocketPath)));
        Assert.Equal($"{_folder} exists and is not a socket; the gateway would not delete it", AddressProbe.FindProblem(new UnixAddress(_folder)));
    }

    [Fact]
    public void A_directory_that_is_not_there_is_told() =>
        Assert.Equal($"the directory {_folder}/a does not exist", AddressProbe.FindProblem(new UnixAddress($"{_folder}/a/x.sock")));

    [Fact]
    [SupportedOSPlatform("linux")]
    public void A_directory_that_cannot_be_written_to_is_told()
    {
        Directory.CreateDirectory($"{_folder}/closed", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string? problem = AddressProbe.FindProblem(new UnixAddress($"{_folder}/closed/x.sock"));

        // Modes do not hold root back, and what a test runs as is not for it to choose.
        Assert.Equal(Environment.IsPrivilegedProcess ? null : $"the directory {_folder}/closed cannot be written to, so no socket can be made in it", problem);
    }

    private static Socket Listen(int option)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (option != 0)
            socket.SetRawSocketOption(SolSocket, option, BitConverter.GetBytes(1));
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(1);
        return socket;
    }
}
