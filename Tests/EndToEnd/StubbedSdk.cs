using System.Diagnostics;
using System.Runtime.InteropServices;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>
/// The repository's scripts in a folder of their own, with a program in place of <c>dotnet</c> that does what a test wants: a build without a compiler.
/// </summary>
internal sealed class StubbedSdk : IDisposable
{
    /// <summary>
    /// Beside it stand files by the name of the command: COMMAND.says is printed, COMMAND.status is the exit status, and while COMMAND.waits is there the
    /// command does not end, and has a child as a compiler would be one. COMMAND.runs tells that it runs, with the numbers of both processes.
    /// </summary>
    private const string Program = """
        #!/usr/bin/env bash
        command=${1#--}
        here=$(dirname "$0")/$command
        if [ "$command" = version ]; then echo 10.0.100; exit; fi
        # Without a trap a shell overlooks an interrupt that comes when a program which it waits for has just ended.
        if [ -e "$here.ignores-interrupts" ]; then trap '' INT; else trap 'exit 130' INT; fi
        cat "$here.says" 2>/dev/null
        case "$command" in
          restore)
            mkdir -p artifacts/native/obj/Gateway
            cp "$here.assets" artifacts/native/obj/Gateway/project.assets.json 2>/dev/null || echo '{}' >artifacts/native/obj/Gateway/project.assets.json
            ;;
          publish)
            object=artifacts/native/obj/Gateway/release_net10.0_RID/native/frpc-gateway.o
            mkdir -p "$(dirname "$object")" artifacts/native/publish/Gateway/release_net10.0_RID
            ls "$object" >"$here.found" 2>/dev/null
            echo half >"$object"
            cp "$0" artifacts/native/publish/Gateway/release_net10.0_RID/frpc-gateway
            echo symbols >artifacts/native/publish/Gateway/release_net10.0_RID/frpc-gateway.dbg
            ;;
        esac
        env --default-signal=INT sleep 1000 &
        echo "$$ $!" >"$here.runs.new"
        mv "$here.runs.new" "$here.runs"
        while [ -e "$here.waits" ]; do sleep 0.02; done
        kill "$!"
        exit "$(cat "$here.status" 2>/dev/null || echo 0)"
        """;

    private readonly List<Process> _started = [];

    public StubbedSdk()
    {
        foreach (string script in Directory.GetFiles(Repository.Root, "*.sh"))
            Copy(Path.GetFileName(script));
        Write("packs.lock", "");
        Write("Gateway/Gateway.csproj", "<Project />");
        Write("sdk/dotnet", Program.Replace("RID", System, StringComparison.Ordinal));
        FileSystem.ChangeMode(InFolder("sdk/dotnet"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>The system that publish.sh builds for when it is not told.</summary>
    public static string System { get; } = RuntimeInformation.ProcessArchitecture == global::System.Runtime.InteropServices.Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    public string Folder { get; } = TestNetwork.NewFolder();

    /// <summary>Whether the last compilation found what an earlier one had left.</summary>
    public bool FoundAnObject => File.ReadAllText(InFolder("sdk/publish.found")) != "";

    private (string, string) SearchPath => ("PATH", $"{InFolder("sdk")}:{Environment.GetEnvironmentVariable("PATH")}");

    public Result Run(params string[] command) => Programs.Run(StartProgram(command, []));

    /// <summary>In a session of its own, so that a signal reaches all of it and nothing else, as Ctrl-C in a terminal.</summary>
    public Process Start(string script, params (string, string)[] variables)
    {
        Process process = StartProgram(["setsid", script], variables);
        _started.Add(process);
        return process;
    }

    /// <summary>The same at a terminal.</summary>
    public Process StartAtTerminal(string script)
    {
        Process process = StartProgram(["setsid", "script", "--quiet", "--return", "--command", script, "/dev/null"], []);
        _started.Add(process);
        return process;
    }

    /// <summary>The processes of a command that waits, once both are there.</summary>
    public int[] ProcessesOf(string command)
    {
        string file = InFolder($"sdk/{command}.runs");
        Patience.Until(() => File.Exists(file), $"dotnet {command} runs");
        return [.. File.ReadAllText(file).Split(' ').Select(int.Parse)];
    }

    public void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(InFolder(path))!);
        File.WriteAllText(InFolder(path), content);
    }

    public void Append(string path, string content) => File.AppendAllText(InFolder(path), content);

    /// <summary>A file of the repository, to the same place.</summary>
    public void Copy(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(InFolder(path))!);
        File.Copy(Path.Combine(Repository.Root, path), InFolder(path));
    }

    public void Delete(string path) => File.Delete(InFolder(path));

    public bool Has(string path) => File.Exists(InFolder(path));

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

    private Process StartProgram(string[] command, (string, string)[] variables) =>
        Programs.Start("env", Folder, [SearchPath, .. variables], command);

    private string InFolder(string path) => Path.Combine(Folder, path);
}
