using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Sockets;

public sealed class AddressProbeTests : IDisposable
{
    private const int SolSocket = 1;
    private const int SoReusePort = 15;

    private readonly string _folder = Directory.CreateTempSubdirectory("frpc-probe-").FullName;

    private string SocketPath => Path.Combine(_folder, "x.sock");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_free_port_is_fine_and_stays_free()
    {
        Socket taken = Listen(0);
        var address = new TcpAddress("127.0.0.1", ((IPEndPoint)taken.LocalEndPoint!).Port);
        taken.CloseAtOnce();

        await Assert.That(AddressProbe.FindProblem(address)).IsNull();
        await Assert.That(AddressProbe.FindProblem(address)).IsNull();
    }

    [Test]
    [Arguments("127.0.0.1")]
    [Arguments("localhost")]
    [Arguments("0.0.0.0")]
    public async Task A_port_is_taken_also_by_one_that_would_share_it(string host)
    {
        using Socket other = Listen(SoReusePort);
        var address = new TcpAddress(host, ((IPEndPoint)other.LocalEndPoint!).Port);

        await Assert.That(AddressProbe.FindProblem(address)).IsEqualTo($"address in use: something else listens on {address}");
    }

    [Test]
    public async Task An_address_of_another_machine_is_told() =>
        await Assert.That(AddressProbe.FindProblem(new TcpAddress("192.0.2.1", 0))).IsEqualTo("192.0.2.1 is not an address of this machine");

    [Test]
    public async Task A_name_that_is_none_is_told() =>
        await Assert.That(AddressProbe.FindProblem(new TcpAddress("no-such-host.invalid", 1)))
            .StartsWith("the host name \"no-such-host.invalid\" cannot be resolved: ", StringComparison.Ordinal);

    [Test]
    public async Task A_path_without_a_file_is_fine_and_stays_so()
    {
        await Assert.That(AddressProbe.FindProblem(new UnixAddress(SocketPath))).IsNull();
        await Assert.That(Directory.GetFileSystemEntries(_folder)).IsEmpty();
    }

    [Test]
    public async Task A_socket_that_something_listens_on_is_in_use()
    {
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(SocketPath));
        other.Listen(0);
        string inUse = $"address in use: something else listens on unix:{SocketPath}";

        // The second and third find a queue that is full.
        await Assert.That(Enumerable.Range(0, 3).Select(_ => AddressProbe.FindProblem(new UnixAddress(SocketPath)))).IsSequence([inUse, inUse, inUse]);
    }

    [Test]
    public async Task A_socket_that_was_left_behind_is_fine()
    {
        // Closing the listener would delete the file, so a file that is renamed meanwhile stands for that of a killed process.
        using (var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            other.Bind(new UnixDomainSocketEndPoint(SocketPath + ".old"));
            other.Listen(1);
            File.Move(SocketPath + ".old", SocketPath);
            other.CloseAtOnce();
        }

        await Assert.That(File.Exists(SocketPath)).IsTrue();
        await Assert.That(AddressProbe.FindProblem(new UnixAddress(SocketPath))).IsNull();
    }

    [Test]
    public async Task A_file_that_is_no_socket_is_told()
    {
        File.WriteAllText(SocketPath, "");

        await Assert.That(AddressProbe.FindProblem(new UnixAddress(SocketPath)))
            .IsEqualTo($"{SocketPath} exists and is not a socket; the gateway does not delete it");
        await Assert.That(AddressProbe.FindProblem(new UnixAddress(_folder)))
            .IsEqualTo($"{_folder} exists and is not a socket; the gateway does not delete it");
    }

    [Test]
    public async Task A_directory_that_is_not_there_is_told() =>
        await Assert.That(AddressProbe.FindProblem(new UnixAddress($"{_folder}/a/x.sock"))).IsEqualTo($"the directory {_folder}/a does not exist");

    [Test]
    [SupportedOSPlatform("linux")]
    public async Task A_directory_that_cannot_be_written_to_is_told()
    {
        Directory.CreateDirectory($"{_folder}/closed", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string? problem = AddressProbe.FindProblem(new UnixAddress($"{_folder}/closed/x.sock"));

        // Modes do not hold root back, and what a test runs as is not for it to choose.
        await Assert.That(problem)
            .IsEqualTo(Environment.IsPrivilegedProcess ? null : $"the directory {_folder}/closed cannot be written to, so no socket can be created in it");
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
