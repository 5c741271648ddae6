using System.Diagnostics;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>A demo server of the published binary, in a process of its own.</summary>
internal sealed class DemoProcess : IDisposable
{
    private readonly Process _process;

    private DemoProcess(Process process, string address)
    {
        _process = process;
        Address = address;
    }

    public string Address { get; }

    /// <param name="protocol"><c>smf</c> or <c>frame</c>.</param>
    public static DemoProcess Start(string protocol)
    {
        Process process = Binary.Start(Path.GetTempPath(), "demo", "--protocol", protocol, "--address", "127.0.0.1:0");
        // "listener PROTOCOL ADDRESS", then "ready".
        string? line = process.StandardOutput.ReadLine();
        if (line?.Split(' ') is not ["listener", _, { } address] || process.StandardOutput.ReadLine() != "ready")
            throw new InvalidOperationException($"the demo server did not start: {line}\n{process.StandardError.ReadToEnd()}");
        return new DemoProcess(process, address);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
