using System.Text.RegularExpressions;
using FrameRpc.Tests.EndToEnd;

namespace FrameRpc.Tests.Docs;

/// <summary>The page about operating names every message of the log, and queries that Prometheus can read.</summary>
public sealed partial class OperatingPageTests
{
    private static readonly Page Operating = Page.Read("docs/operating.md");

    [Test]
    public async Task The_events_of_the_log_are_those_of_the_program()
    {
        IEnumerable<string> sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "Gateway"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText);
        string[] events = [.. sources.SelectMany(source => EventId().Matches(source)).Select(id => id.Groups[1].Value).Order()];
        string[] named = [.. EventRow().Matches(Operating.Text).SelectMany(row => row.Groups[1].Value.Split(", ")).Order()];

        await Assert.That(named).IsSequence(events);
    }

    [Test]
    public async Task Prometheus_reads_every_query()
    {
        string[] queries = [.. Operating.Blocks.Where(block => block.Language == "promql").SelectMany(block => block.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))];
        string rules = "groups:\n- name: page\n  rules:\n" + string.Concat(queries.Select((query, i) => $"  - record: query:{i}\n    expr: '{query}'\n"));
        using var folder = new ScratchCopy();
        File.WriteAllText(Path.Combine(folder.Folder, "rules.yml"), rules);

        var check = folder.Shell("command -v promtool >/dev/null || exit 77; promtool check rules rules.yml 2>&1");

        Skip.When(check.Status == 77, "promtool is not here: it is in Debian's package prometheus");
        await Assert.That(check.Status == 0).IsTrue().Because(check.Output);
        await Assert.That(check.Output).Contains($"{queries.Length} rules found", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"EventId = (\d+)")]
    private static partial Regex EventId();

    [GeneratedRegex(@"^\| (\d{3}(?:, \d{3})*) \|", RegexOptions.Multiline)]
    private static partial Regex EventRow();
}
