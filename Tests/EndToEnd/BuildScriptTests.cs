using System.Diagnostics;
using System.Text.RegularExpressions;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>What a build looks like to who has typed the first command of the README.</summary>
public sealed class BuildScriptTests : IDisposable
{
    private const string CompileError = "/repository/Gateway/Program.cs(3,1): error CS0103: The name 'Wrong' does not exist in the current context [/repository/Gateway/Gateway.csproj]";
    private const string RestoreError = "/repository/Gateway/Gateway.csproj : error NU1101: Unable to find package Missing. No packages exist with this id in source(s): nuget.org";

    private static readonly string Compiling = $"publish.sh: compiling Gateway for {StubbedSdk.System}";

    private readonly StubbedSdk _sdk = new();

    public void Dispose() => _sdk.Dispose();

    [Test]
    public async Task A_build_says_what_it_does_and_what_it_has_made()
    {
        Result result = _sdk.Run("./publish.sh");

        await Assert.That((result.Status, result.Error)).IsEqualTo((0, ""));
        string[] lines = [.. result.Output.Split('\n').Where(line => !Regex.IsMatch(line, @" … \d+ s$"))];
        await Assert.That(lines[..2]).IsSequence(["publish.sh: restoring the packages of Gateway …", $"{Compiling} …"]);
        await Assert.That(lines[2]).Matches($@"^publish\.sh: \./frpc-gateway, {StubbedSdk.System}, \d+ KiB, \d+ s; symbols in artifacts/symbols/$");
        await Assert.That(_sdk.Has("frpc-gateway")).IsTrue();
    }

    [Test]
    public async Task Where_there_is_no_terminal_a_line_comes_every_so_many_seconds()
    {
        _sdk.Write("sdk/publish.waits", "");
        Process build = _sdk.Start("./publish.sh", ("BUILD_NEWS_SECONDS", "1"));

        int[] seconds = [SecondsOf(NextNews(build)), SecondsOf(NextNews(build))];
        _sdk.Delete("sdk/publish.waits");

        await Assert.That(0 < seconds[0] && seconds[0] < seconds[1]).IsTrue().Because(string.Join(", ", seconds));
        await Assert.That(build.WaitForExit(Patience.Short)).IsTrue().Because("publish.sh does not end");
        await Assert.That(build.ExitCode).IsEqualTo(0);
    }

    [Test]
    public async Task A_terminal_has_one_line_for_each_step_in_which_the_seconds_run()
    {
        _sdk.Write("sdk/publish.waits", "");
        Process build = _sdk.StartAtTerminal("./publish.sh");
        string output = "";

        // Written over, so the seconds end where the line begins again.
        while (!Regex.IsMatch(output, $@"{Compiling} … [1-9]\d* s\r"))
            output += (char)build.StandardOutput.Read();
        _sdk.Delete("sdk/publish.waits");
        output += build.StandardOutput.ReadToEnd();

        await Assert.That(build.WaitForExit(Patience.Short)).IsTrue().Because("publish.sh does not end");
        await Assert.That(build.ExitCode).IsEqualTo(0);
        string[] lines = output.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await Assert.That(output.Count(character => character == '\n')).IsEqualTo(3);
        await Assert.That(output).DoesNotContain("failed", StringComparison.Ordinal);
        await Assert.That(lines).IsNotEmpty();
    }

    [Test]
    [Arguments("restore", RestoreError, "publish.sh: restoring the packages of Gateway", "The packages named above must be in a NuGet source that this machine can reach.\n")]
    [Arguments("publish", CompileError, "publish.sh: compiling Gateway for RID", "")]
    public async Task An_error_is_shown_once_and_ends_the_build(string command, string error, string step, string advice)
    {
        _sdk.Write($"sdk/{command}.says", $"{error}\n{error}\n\nBuild FAILED.\n\n{error}\n    0 Warning(s)\n    1 Error(s)\n");
        _sdk.Write($"sdk/{command}.status", "1");

        Result result = _sdk.Run("./publish.sh");

        step = step.Replace("RID", StubbedSdk.System, StringComparison.Ordinal);
        await Assert.That((result.Status, result.Error)).IsEqualTo((1, $"{error}\n{step}: failed with exit status 1; its output is above\n{advice}"));
        await Assert.That(_sdk.Has("frpc-gateway")).IsFalse();
    }

    [Test]
    public async Task Run_starts_nothing_when_the_build_fails()
    {
        _sdk.Write("sdk/publish.says", CompileError);
        _sdk.Write("sdk/publish.status", "1");

        Result result = _sdk.Run("./run.sh", "--once");

        await Assert.That((result.Status, result.Error))
            .IsEqualTo((1, $"{CompileError}\n{Compiling}: failed with exit status 1; its output is above\n"));
        await Assert.That(result.Output).EndsWith($"{Compiling} …\n", StringComparison.Ordinal);
    }

    [Test]
    public async Task Update_locks_ends_with_the_first_error()
    {
        _sdk.Write("sdk/restore.says", $"{RestoreError}\n{RestoreError}\n");
        _sdk.Write("sdk/restore.status", "1");

        Result result = _sdk.Run("./update-locks.sh");

        await Assert.That((result.Status, result.Error))
            .IsEqualTo((1, $"{RestoreError}\nupdate-locks.sh: FrameRpc.sln: failed with exit status 1; its output is above\n"));
    }

    [Test]
    [Arguments("./publish.sh", Signals.Interrupt, 130)]
    [Arguments("./publish.sh", Signals.Terminate, 143)]
    [Arguments("./run.sh", Signals.Interrupt, 130)]
    public async Task A_signal_ends_all_that_the_build_has_started_and_leaves_no_file(string script, int signal, int status)
    {
        _sdk.Write("sdk/publish.waits", "");
        Process build = _sdk.Start(script, ("TMPDIR", _sdk.Folder));
        int[] processes = _sdk.ProcessesOf("publish");

        Signals.Send(-build.Id, signal);

        await Assert.That(build.WaitForExit(Patience.Short)).IsTrue().Because($"{script} does not end");
        await Assert.That(build.ExitCode).IsEqualTo(status);
        foreach (int process in processes)
            Patience.Until(() => IsGone(process), $"process {process} ends");
        await Assert.That(Directory.GetFiles(_sdk.Folder, "tmp.*")).IsEmpty();
        await Assert.That(Directory.GetFiles(_sdk.Folder, "frpc-gateway*")).IsEmpty();
    }

    [Test]
    public async Task A_compiler_that_ignores_interrupts_is_killed()
    {
        _sdk.Write("sdk/publish.waits", "");
        _sdk.Write("sdk/publish.ignores-interrupts", "");
        Process build = _sdk.Start("./publish.sh");
        int[] processes = _sdk.ProcessesOf("publish");

        Signals.Send(-build.Id, Signals.Interrupt);

        await Assert.That(build.WaitForExit(Patience.Short)).IsTrue().Because("publish.sh does not end");
        foreach (int process in processes)
            Patience.Until(() => IsGone(process), $"process {process} ends");
    }

    /// <summary>It may be half a file, and newer than what it is made of.</summary>
    [Test]
    public async Task What_an_interrupted_compilation_has_left_is_not_used()
    {
        _sdk.Write("sdk/publish.waits", "");
        Process build = _sdk.Start("./publish.sh");
        _ = _sdk.ProcessesOf("publish");
        Signals.Send(-build.Id, Signals.Interrupt);
        await Assert.That(build.WaitForExit(Patience.Short)).IsTrue().Because("publish.sh does not end");
        _sdk.Delete("sdk/publish.waits");

        await Assert.That(_sdk.Run("./publish.sh").Status).IsEqualTo(0);

        await Assert.That(_sdk.FoundAnObject).IsFalse();
    }

    [Test]
    public async Task What_a_whole_compilation_has_left_is_used()
    {
        _sdk.Run("./publish.sh");

        await Assert.That(_sdk.Run("./publish.sh").Status).IsEqualTo(0);

        await Assert.That(_sdk.FoundAnObject).IsTrue();
    }

    /// <summary>A compiler that finds its work done warns no more.</summary>
    [Test]
    public async Task A_warning_of_the_native_compiler_ends_the_build_and_the_next_one_begins_anew()
    {
        const string warning = "ILC : Trim analysis warning IL2026: Type.Method(): needs what trimming removes";
        _sdk.Write("sdk/publish.says", warning);

        Result result = _sdk.Run("./publish.sh");
        await Assert.That((result.Status, result.Error))
            .IsEqualTo((1, $"{warning}\npublish.sh: the lines above are trimming or AOT warnings; none is allowed\n"));
        await Assert.That(_sdk.Has("frpc-gateway")).IsFalse();

        _sdk.Run("./publish.sh");
        await Assert.That(_sdk.FoundAnObject).IsFalse();
    }

    [Test]
    [Arguments("/", "hash", 0)]
    [Arguments("", "hash", 0)]
    [Arguments("", "another", 1)]
    public async Task A_pack_is_that_of_packs_lock_wherever_the_packages_are(string end, string hash, int status)
    {
        const string name = "runtime.linux-x64.Microsoft.DotNet.ILCompiler";
        string packages = Path.Combine(_sdk.Folder, "packages");
        _sdk.Write($"packages/{name.ToLowerInvariant()}/10.0.12/{name.ToLowerInvariant()}.10.0.12.nupkg.sha512", hash);
        _sdk.Write("packs.lock", $"{name} 10.0.12 hash\n");
        _sdk.Write("sdk/restore.assets", $$"""
            {
              "libraries": {
                "{{name}}/10.0.12": {
                }
              },
              "packageFolders": {
                "{{packages}}{{end}}": {}
              }
            }
            """);

        Result result = _sdk.Run("./publish.sh");

        await Assert.That(result.Status).IsEqualTo(status);
        if (status == 0)
            await Assert.That(result.Error).IsEqualTo("");
        else
            await Assert.That(result.Error)
                .StartsWith($"these packs, with their SHA-512, are not in packs.lock:\n{name} 10.0.12 another\n", StringComparison.Ordinal);
    }

    private static string NextNews(Process build)
    {
        while (build.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith($"{Compiling} … ", StringComparison.Ordinal))
                return line;
        }
        throw new EndOfStreamException("publish.sh has ended");
    }

    private static int SecondsOf(string news) => int.Parse(news.Split(' ')[^2], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Ended, even where its parent has not looked yet.</summary>
    private static bool IsGone(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Split(") ")[1][0] is 'Z' or 'X';
        }
        catch (IOException)
        {
            return true;
        }
    }
}
