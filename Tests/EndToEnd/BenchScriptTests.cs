
namespace FrameRpc.Tests.EndToEnd;

/// <summary>How to use a script of bench/ is said before anything is asked for that may not be there.</summary>
public sealed class BenchScriptTests : IDisposable
{
    private readonly StubbedSdk _repository = new();

    /// <summary>Those that are run, and not sourced by others.</summary>
    public static IEnumerable<string> Scripts =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "bench"), "*.sh").Where(file => File.ReadLines(file).First().StartsWith("#!", StringComparison.Ordinal)).Select(file => Path.GetFileName(file))];

    public void Dispose() => _repository.Dispose();

    /// <summary>In a clone in which nothing was built, on a machine with nothing to compare with.</summary>
    [Test]
    [MethodDataSource(nameof(Scripts))]
    public async Task Help_needs_nothing(string script)
    {
        LeaveBare();

        Result result = _repository.Run($"bench/{script}", "--help");

        await Assert.That(result.Output + result.Error).Contains($"bench/{script} ", StringComparison.Ordinal);
        await Assert.That(result.Error).DoesNotContain("missing: ", StringComparison.Ordinal);
        await Assert.That(result.Error).DoesNotContain("Traceback", StringComparison.Ordinal);
        await Assert.That(result.Output + result.Error).DoesNotContain("not installed", StringComparison.Ordinal);
    }

    [Test]
    [Arguments("bench/run.sh", "unrecognized arguments: --fast", "--fast")]
    [Arguments("bench/run.sh", "there is no case \"nothing\"", "--only", "nothing")]
    [Arguments("bench/run.sh", "--redraw measures nothing", "--redraw", "--quick")]
    [Arguments("bench/chaos.sh", "invalid choice: 'nothing'", "--scenario", "nothing")]
    [Arguments("bench/chaos.sh", "--redraw measures nothing", "--redraw", "--quick")]
    public async Task A_mistake_in_the_arguments_is_told_before_anything_is_asked_for(string script, string mistake, params string[] arguments)
    {
        LeaveBare();

        Result result = _repository.Run([script, .. arguments]);

        await Assert.That((result.Status, result.Output)).IsEqualTo((2, ""));
        await Assert.That(result.Error).Contains($"{script}: error: ", StringComparison.Ordinal);
        await Assert.That(result.Error).Contains(mistake, StringComparison.Ordinal);
        await Assert.That(result.Error).DoesNotContain("not installed", StringComparison.Ordinal);
    }

    [Test]
    public async Task The_comparison_asks_for_its_programs_before_it_measures()
    {
        LeaveBare();

        Result result = _repository.Run("bench/run.sh", "--quick");

        await Assert.That((result.Status, result.Output, result.Error)).IsEqualTo((1, "", "haproxy: not installed\n"));
    }

    /// <summary>bench/ alone, with a library of Python and programs of Debian's that are not there.</summary>
    private void LeaveBare()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Repository.Root, "bench"), "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) is ".sh" or ".py"))
            _repository.Copy(Path.GetRelativePath(Repository.Root, file));
        _repository.Write("bench/matplotlib/__init__.py", "raise ImportError('matplotlib: not installed')\n");
        _repository.Append("prerequisites.sh", "\nrequire_comparison() { echo 'haproxy: not installed' >&2; exit 1; }\n");
    }
}
