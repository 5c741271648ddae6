using System.Diagnostics;
using System.Text;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>A running gateway of the published binary, in a folder of its own.</summary>
internal sealed class GatewayProcess : IDisposable
{
    private readonly Process _process;
    private readonly Lines _output = new();
    private readonly Lines _error = new();

    private GatewayProcess(GatewayFile file, string folder, Func<string, Process> start)
    {
        Folder = folder;
        WriteFile(folder, file);
        _process = start(folder);
        _process.OutputDataReceived += (_, line) => _output.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => _error.Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Folder { get; }

    /// <summary>As it says itself: what started it may be another process.</summary>
    public int Id => int.Parse(Output.Split('\n').First(line => line.StartsWith("ready: ", StringComparison.Ordinal)).Split(' ')[^1], null);

    /// <summary>Where callers connect, with the port that the kernel chose.</summary>
    public string SmfAddress => ListenerAddress("smf");

    public string FrameAddress => ListenerAddress("frames");

    /// <summary>Where the admin endpoint listens.</summary>
    public string AdminAddress => LastWordOf(words => words is ["admin", _]);

    /// <summary>The token that it made at its start, <see cref="GatewayFile.WithToken"/>.</summary>
    public string AdminToken => File.ReadAllText(Path.Combine(Folder, "admin.token")).TrimEnd('\n');

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    public bool HasExited => _process.HasExited;

    /// <summary>Processor time that it has used since it started.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public int OpenFiles => Directory.GetFileSystemEntries($"/proc/{Id}/fd").Length;

    /// <summary>How many sockets each worker watches, as the kernel counts them: its listeners, its callers and its connections to servers.</summary>
    public int[] WatchedByEachWorker() =>
    [
        .. Directory.GetFiles($"/proc/{Id}/fd")
            // Epolls stay, while sockets may be closed as this looks.
            .Where(fd => new FileInfo(fd).LinkTarget == "anon_inode:[eventpoll]")
            .Select(fd => File.ReadLines($"/proc/{Id}/fdinfo/{Path.GetFileName(fd)}").Count(line => line.StartsWith("tfd:", StringComparison.Ordinal)))
            // Besides the workers' the runtime may have one of its own, which watches nothing or one pipe.
            .Where(watched => watched > 1),
    ];

    /// <summary>The memory that the process has in use.</summary>
    public long ResidentBytes => StatusBytes("VmRSS");

    /// <summary>The most that it had in use since <see cref="ForgetPeak"/>, as the kernel keeps count of it.</summary>
    public long PeakResidentBytes => StatusBytes("VmHWM");

    /// <summary>Starts a gateway and waits until it is ready.</summary>
    /// <param name="file">Its configuration.</param>
    /// <param name="openFilesMax">What the system lets it open, where that is less than what it lets this process.</param>
    public static GatewayProcess Start(GatewayFile file, int? openFilesMax = null) => Start(file, folder => openFilesMax is null
        ? Binary.Start(folder)
        : Programs.Start("bash", folder, [], "-c", $"ulimit -n {openFilesMax}; exec {Binary.Path}"));

    /// <param name="file">Its configuration.</param>
    /// <param name="start">Starts the program from the folder of its gateway.json.</param>
    public static GatewayProcess Start(GatewayFile file, Func<string, Process> start)
    {
        var gateway = new GatewayProcess(file, TestNetwork.NewFolder(), start);
        try
        {
            Patience.Until(() => gateway._output.Contains("ready") || gateway.HasExited, "the gateway is ready");
            if (!gateway.HasExited)
                return gateway;
            gateway._process.WaitForExit();
            throw new InvalidOperationException($"the gateway did not start: status {gateway._process.ExitCode}\n{gateway.Output}{gateway.Error}");
        }
        catch
        {
            gateway.Dispose();
            throw;
        }
    }

    /// <summary>Runs a gateway that is not expected to start.</summary>
    public static Result Run(GatewayFile file, string folder)
    {
        WriteFile(folder, file);
        return Binary.Run(folder);
    }

    /// <summary>Makes a call that has to succeed.</summary>
    public async Task AssertServes()
    {
        using var caller = Peer.Connect(SmfAddress);
        caller.Send(SmfMessage.Request(7).ToBytes());
        await Assert.That(SmfMessage.Read(caller)).IsEqualTo(SmfMessage.Request(7) with { Meta = 200 });
    }

    /// <summary>Its admin endpoint, asked with its token.</summary>
    public AdminHttp AskAdmin() => new(AdminAddress, AdminToken);

    public void Signal(int signal) => Signals.Send(Id, signal);

    /// <summary>For a process that may be gone already.</summary>
    public void TrySignal(int signal) => Signals.TrySend(Id, signal);

    /// <summary>
    /// Ends the process as the kernel does it. Only when it is gone has its listener gone as well: until then a connection can still be made, and is lost at once.
    /// </summary>
    public void Kill()
    {
        Signal(Signals.Kill);
        WaitForExit();
    }

    /// <summary>How many files are open once nothing is being opened or closed any more.</summary>
    public int SettledFiles()
    {
        const int looks = 20;
        int files = 0;
        int same = 0;
        Patience.Until(() => (same = files == (files = OpenFiles) ? same + 1 : 0) == looks, "the number of open files stays the same");
        return files;
    }

    /// <summary>The exit status, once the process has ended by itself and all that it said is read.</summary>
    public int WaitForExit()
    {
        if (!_process.WaitForExit(Patience.Short))
            throw new TimeoutException($"the gateway does not end. It said:\n{Output}{Error}");
        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <summary>Has it say how things are, and returns that line.</summary>
    public string Report()
    {
        int before = ReportLines().Length;
        Signal(Signals.User1);
        Patience.Until(() => ReportLines().Length > before, "the gateway says how things are");
        return ReportLines()[before];
    }

    private string[] ReportLines() => [.. Output.Split('\n')[..^1].Where(line => line.StartsWith("served: ", StringComparison.Ordinal))];

    public void ForgetPeak() => File.WriteAllText($"/proc/{Id}/clear_refs", "5");

    public void WaitForOutput(string text) => Patience.Until(() => Output.Contains(text, StringComparison.Ordinal), $"the gateway says \"{text}\"");

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    private static void WriteFile(string folder, GatewayFile file) => File.WriteAllText(Path.Combine(folder, "gateway.json"), file.ToString());

    private long StatusBytes(string name)
    {
        string line = File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith($"{name}:", StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], null) * 1024;
    }

    /// <summary>From the start-up lines: <c>listener NAME PROTOCOL ADDRESS</c>.</summary>
    private string ListenerAddress(string name) => LastWordOf(words => words is ["listener", _, _, _] && words[1] == name);

    /// <summary>The last word of the one start-up line that is meant.</summary>
    private string LastWordOf(Func<string[], bool> isMeant)
    {
        string[][] lines = [.. Output.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(isMeant)];
        return lines is [[.., var last]] ? last : throw new InvalidOperationException($"{lines.Length} such lines where one was expected:\n{Output}");
    }

    /// <summary>What a stream said, collected on the reader's thread.</summary>
    private sealed class Lines
    {
        private readonly StringBuilder _text = new();

        public void Add(string? line)
        {
            if (line is null)
                return;
            lock (_text)
                _text.Append(line).Append('\n');
        }

        /// <summary>Whether a line begins so.</summary>
        public bool Contains(string start) => ToString().Split('\n').Any(line => line.StartsWith(start, StringComparison.Ordinal));

        public override string ToString()
        {
            lock (_text)
                return _text.ToString();
        }
    }
}
