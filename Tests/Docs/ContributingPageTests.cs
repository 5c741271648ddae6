using System.Text.RegularExpressions;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Docs;

/// <summary>What a contributor is told: every switch that a script or a test reads, and scripts that are there.</summary>
public sealed partial class ContributingPageTests
{
    private static readonly Page Contributing = Page.Read("CONTRIBUTING.md");

    private static readonly string[] ReadsSwitches = [".cs", ".sh", ".py", ".js", ".mjs", ".csproj", ".props", ".targets", ".yml"];

    [Test]
    public async Task Every_switch_of_the_repository_is_in_the_table_and_no_other()
    {
        IEnumerable<string> read = Files(Repository.Root).SelectMany(file => Switch().Matches(File.ReadAllText(file)).Select(name => name.Value)).Distinct().Order(StringComparer.Ordinal);
        IEnumerable<string> told = Row().Matches(Contributing.Text).Select(row => row.Groups[1].Value).Order(StringComparer.Ordinal);
        await Assert.That(told).IsSequence([.. read]);
    }

    [Test]
    public async Task Every_script_that_is_named_is_there_and_can_be_run()
    {
        string[] scripts = [.. Contributing.CodeSpans.SelectMany(span => Script().Matches(span).Select(name => name.Value)).Distinct()];
        await Assert.That(scripts).IsNotEmpty();
        await Assert.That(scripts.Where(script => FileSystem.Look(Path.Combine(Repository.Root, script))?.Mode.HasFlag(UnixFileMode.UserExecute) is not true)).IsEmpty();
    }

    [Test]
    public async Task It_says_how_many_seeds_of_the_whole_gateway_are_played()
    {
        Match counts = Counts().Match(File.ReadAllText(Path.Combine(Repository.Root, "Tests/Unit/WholeGateway/WholeGatewayTests.cs")));
        string testScript = File.ReadAllText(Path.Combine(Repository.Root, "test.sh"));
        string text = Contributing.Text.ReplaceLineEndings(" ");

        await Assert.That(text).Contains(
            $"A normal run plays the first {counts.Groups[1].Value} seeds, those that failed once, and {counts.Groups[2].Value} fresh ones;", StringComparison.Ordinal);
        await Assert.That(text).Contains("`./test.sh` without a name plays fresh ones for a minute.", StringComparison.Ordinal);
        await Assert.That(testScript).Contains("export FRPC_EXPLORE=60\n", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder).Where(file => ReadsSwitches.Contains(Path.GetExtension(file)))
            .Concat(Directory.EnumerateDirectories(folder).Where(below => Path.GetFileName(below) is not (".git" or "artifacts" or "node_modules")).SelectMany(Files));

    /// <summary>With one underscore; FRPC__ begins an option of the configuration.</summary>
    [GeneratedRegex("FRPC_[A-Z][A-Z_]*[A-Z]")]
    private static partial Regex Switch();

    [GeneratedRegex(@"First = (\d+), Fresh = (\d+);")]
    private static partial Regex Counts();

    [GeneratedRegex(@"^\| `(FRPC_\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?<![\w/])(?:\./)?(?:[\w]+/)*[\w-]+\.sh\b")]
    private static partial Regex Script();
}
