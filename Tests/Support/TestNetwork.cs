namespace FrameRpc.Tests;

/// <summary>Addresses for the servers and listeners of one test: TCP with a port that the kernel chooses, or sockets in a folder.</summary>
internal sealed class TestNetwork : IDisposable
{
    public string Folder { get; } = NewFolder();

    /// <param name="transport"><c>tcp</c> or <c>unix</c>.</param>
    /// <param name="name">Of the socket's file.</param>
    public string Address(string transport, string name) => transport == "tcp" ? "127.0.0.1:0" : $"unix:{SocketPath(name)}";

    public string SocketPath(string name) => Path.Combine(Folder, $"{name}.sock");

    /// <summary>A new folder for a gateway and the sockets around it, short enough for the path of one.</summary>
    public static string NewFolder() => Directory.CreateTempSubdirectory("frpc-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
