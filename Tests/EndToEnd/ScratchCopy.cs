using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>
/// What a clone of the repository has once the binary is built, in a folder of its own, with ports that are free in place of those of the shipped gateway.json.
/// The binary is the newest file there, so that run.sh runs it and does not build another.
/// </summary>
internal sealed class ScratchCopy : IDisposable
{
    /// <summary>The ports of the shipped gateway.json, which may be taken on a machine where somebody tries it just now.</summary>
    private static readonly string[] ShippedPorts = ["11225", "8888", "9901"];

    private static readonly string[] WithPorts = ["gateway.json", "loadtest/lib/smf/format.js", "loadtest/lib/frames/format.js"];

    private static readonly string[] NotCopied = [".git", "artifacts", "Tests", "frpc-gateway"];

    /// <summary>Packages of npm: too many to be copied, and nobody's to change.</summary>
    private const string Linked = "node_modules";

    private readonly int[] _ports = FreePorts(ShippedPorts.Length);
    private readonly List<Process> _started = [];

    public ScratchCopy()
    {
        CopyFolder(Repository.Root, Folder);
        string binary = Path.Combine(Folder, "frpc-gateway");
        File.Copy(Binary.Path, binary);
        File.SetLastWriteTimeUtc(binary, DateTime.UtcNow);
        // What the compiler was given, of which deploy/image.sh makes the bill of materials. Too large to be copied, and nobody's to change.
        Directory.CreateDirectory(Path.Combine(Folder, "artifacts"));
        Directory.CreateSymbolicLink(Path.Combine(Folder, "artifacts/native"), Path.Combine(Repository.Root, "artifacts/native"));
        foreach (string name in WithPorts)
        {
            string file = Path.Combine(Folder, name);
            File.WriteAllText(file, Here(File.ReadAllText(file)));
        }
    }

    public string Folder { get; } = TestNetwork.NewFolder();

    /// <summary>The text with the ports of this copy.</summary>
    public string Here(string text) =>
        ShippedPorts.Zip(_ports).Aggregate(text, (here, port) => here.Replace($":{port.First}", $":{port.Second}", StringComparison.Ordinal));

    public Result Shell(string commands, params (string Name, string Value)[] variables) =>
        Programs.Run(Programs.Start("bash", Folder, variables, "-euo", "pipefail", "-c", commands));

    /// <summary>Starts a program of this copy, which ends with it.</summary>
    public Process Start(string program, params string[] args)
    {
        Process process = Programs.Start(program, Folder, [], args);
        _started.Add(process);
        return process;
    }

    /// <summary>Starts a gateway with the shipped gateway.json, and waits until it is ready.</summary>
    public Process StartGateway()
    {
        // By its whole path: a relative one .NET looks up beside the tests first, where their own build of the gateway lies.
        Process gateway = Start(Path.Combine(Folder, "frpc-gateway"));
        while (gateway.StandardOutput.ReadLine() is { } line && !line.StartsWith("ready", StringComparison.Ordinal))
        {
        }
        return gateway;
    }

    public void Dispose()
    {
        foreach (Process process in _started)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }
        Directory.Delete(Folder, recursive: true);
    }

    private static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.GetFiles(from).Where(IsCopied))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (string folder in Directory.GetDirectories(from).Where(IsCopied))
        {
            string target = Path.Combine(to, Path.GetFileName(folder));
            if (Path.GetFileName(folder) == Linked)
                Directory.CreateSymbolicLink(target, folder);
            else
                CopyFolder(folder, Directory.CreateDirectory(target).FullName);
        }
    }

    private static bool IsCopied(string path) => !NotCopied.Contains(Path.GetFileName(path));

    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in listeners)
            listener.Start();
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (TcpListener listener in listeners)
            listener.Dispose();
        return ports;
    }
}
