using System.Net;
using System.Net.Sockets;
using System.Text;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Sockets;

public sealed class TcpOptionsTests
{
    private const int TcpCongestion = 13;

    [Test]
    [Arguments("127.0.0.1", "127.0.0.1")]
    [Arguments("127.0.0.1", "127.0.0.2")]
    [Arguments("::1", "::1")]
    public async Task Connections_within_this_machine_do_without_a_congestion_control_that_waits(string near, string far)
    {
        using var listener = new TcpListener(IPAddress.Parse(far), 0);
        listener.Start();
        using var client = new Socket(IPAddress.Parse(near).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        client.Bind(new IPEndPoint(IPAddress.Parse(near), 0));
        await client.ConnectAsync(listener.LocalEndpoint, TestContext.Current!.Execution.CancellationToken);
        using Socket server = await listener.AcceptSocketAsync(TestContext.Current!.Execution.CancellationToken);
        TcpOptions.SetConnected((int)client.Handle);
        TcpOptions.SetConnected((int)server.Handle);
        await Assert.That(CongestionControlOf(client)).IsEqualTo("reno");
        await Assert.That(CongestionControlOf(server)).IsEqualTo("reno");
    }

    [Test]
    public async Task A_socket_whose_peer_is_not_known_keeps_what_the_system_chose()
    {
        using var unconnected = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        string chosen = CongestionControlOf(unconnected);
        TcpOptions.SetConnected((int)unconnected.Handle);
        await Assert.That(CongestionControlOf(unconnected)).IsEqualTo(chosen);
    }

    private static string CongestionControlOf(Socket socket)
    {
        byte[] name = new byte[16];
        int bytes = socket.GetRawSocketOption((int)ProtocolType.Tcp, TcpCongestion, name);
        return Encoding.ASCII.GetString(name, 0, bytes).TrimEnd('\0');
    }
}
