namespace FrameRpc.Tests;

/// <summary>Addresses for the servers and listeners of one test: TCP with a port chosen by the kernel, or sockets in a folder.</summary>
internal sealed class TestNetwork : IDisposable
{
    public string Folder { get; } = NewFolder();

    /// <param name="transport"><c>tcp</c> or <c>unix</c>.</param>
    /// <param name="name">Name of the socket's file.</param>
    public string Address(string transport, string name) => transport == "tcp" ? "127.0.0.1:0" : $"unix:{SocketPath(name)}";

    public string SocketPath(string name) => Path.Combine(Folder, $"{name}.sock");

    /// <summary>A new folder for a gateway and its sockets, with a path short enough for a socket.</summary>
    public static string NewFolder() => Directory.CreateTempSubdirectory("frpc-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
