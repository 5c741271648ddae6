using System.Net.Sockets;

namespace FrameRpc.Tests;

internal static class Closing
{
    /// <summary>
    /// Closes a connection, or stops listening, before it returns. Close alone does not: a process that another test starts at this moment has a copy
    /// of each descriptor until it runs its program, and the socket lives as long.
    /// </summary>
    public static void CloseAtOnce(this Socket socket)
    {
        socket.Shutdown(SocketShutdown.Both);
        socket.Dispose();
    }
}
