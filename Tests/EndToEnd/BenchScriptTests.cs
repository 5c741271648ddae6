using FrameRpc.Tests.Cli;
using FrameRpc.Tests.Configuration;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>How to use a script of bench/ is said before anything is asked for that may not be there.</summary>
public sealed class BenchScriptTests : IDisposable
{
    private readonly StubbedSdk _repository = new();

    /// <summary>Those that are run, and not sourced by others.</summary>
    public static TheoryData<string> Scripts =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "bench"), "*.sh").Where(file => File.ReadLines(file).First().StartsWith("#!", StringComparison.Ordinal)).Select(file => Path.GetFileName(file))];

    public void Dispose() => _repository.Dispose();

    /// <summary>In a clone in which nothing was built, on a machine with nothing to compare with.</summary>
    [Theory]
    [MemberData(nameof(Scripts))]
    public void Help_needs_nothing(string script)
    {
        LeaveBare();

        Result result = _repository.Run($"bench/{script}", "--help");

        Assert.Contains($"bench/{script} ", result.Output + result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("missing: ", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Traceback", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("not installed", result.Output + result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unrecognized arguments: --fast", "--fast")]
    [InlineData("there is no case \"nothing\"", "--only", "nothing")]
    [InlineData("--redraw measures nothing", "--redraw", "--quick")]
    public void A_mistake_in_the_arguments_of_the_comparison_is_told_before_anything_is_asked_for(string mistake, params string[] arguments)
    {
        LeaveBare();

        Result result = _repository.Run(["bench/run.sh", .. arguments]);

        Assert.Equal((2, ""), (result.Status, result.Output));
        Assert.Contains($"bench/run.sh: error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(mistake, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("not installed", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_comparison_asks_for_its_programs_before_it_measures()
    {
        LeaveBare();

        Result result = _repository.Run("bench/run.sh", "--quick");

        Assert.Equal((1, "", "haproxy: not installed\n"), (result.Status, result.Output, result.Error));
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
