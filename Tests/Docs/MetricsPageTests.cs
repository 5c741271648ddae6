using System.Text.RegularExpressions;
using FrameRpc.Tests.EndToEnd;

namespace FrameRpc.Tests.Docs;

/// <summary>The page about operating names the metrics that a gateway has, with their labels, and no others.</summary>
public sealed partial class MetricsPageTests : IDisposable
{
    private static readonly Page Operating = Page.Read("docs/operating.md");

    private readonly ScratchCopy _copy = new();

    public void Dispose() => _copy.Dispose();

    [Test]
    public async Task Every_metric_is_on_the_page_and_no_other()
    {
        string[] served = [.. ServedName().Matches(await Scrape()).Select(name => name.Groups[1].Value).Distinct().Order()];
        string[] rows = [.. Rows().SelectMany(row => NamedInRow().Matches(row.Split('|')[1])).Select(name => name.Value).Order()];

        await Assert.That(rows).IsSequence(served);
        await Assert.That(Named().Except(served)).IsEmpty();
    }

    [Test]
    public async Task Every_label_is_in_the_row_of_its_metric()
    {
        (string Metric, string Label)[] labels = [.. Series().Matches(await Scrape())
            .SelectMany(series => LabelName().Matches(series.Groups[2].Value).Select(label => (series.Groups[1].Value, label.Groups[1].Value)))
            .Where(label => label.Item2 != "le")
            .Distinct()];

        await Assert.That(labels).IsNotEmpty();
        foreach (var label in labels)
            await Assert.That(Rows()).Contains(row =>
            row.Split('|')[1].Contains($"`{HistogramPart().Replace(label.Metric, "")}`", StringComparison.Ordinal) && row.Split('|')[2].Contains(label.Label, StringComparison.Ordinal));
    }

    private async Task<string> Scrape()
    {
        _copy.StartGateway();
        Result scrape = _copy.Shell(_copy.Here("./frpc-gateway call 127.0.0.1:8888 Echo '{}' >/dev/null; curl --silent --show-error --fail http://127.0.0.1:9901/metrics"));
        await Assert.That((scrape.Status, scrape.Error)).IsEqualTo((0, ""));
        return scrape.Output;
    }

    /// <summary>Of the tables of metrics: their first column has nothing but names.</summary>
    private static IEnumerable<string> Rows() => Operating.Text.Split('\n').Where(line => MetricRow().IsMatch(line));

    /// <summary>Anywhere on the page, in words or in a query.</summary>
    private static IEnumerable<string> Named() => Operating.CodeSpans.Concat(Operating.Blocks.Where(block => block.Language == "promql").Select(block => block.Text))
        .SelectMany(text => NamedInRow().Matches(text))
        .Select(name => HistogramPart().Replace(name.Value, ""))
        .Distinct();

    [GeneratedRegex("^# TYPE (\\w+) ", RegexOptions.Multiline)]
    private static partial Regex ServedName();

    [GeneratedRegex(@"^(\w+)\{(.*)\} ", RegexOptions.Multiline)]
    private static partial Regex Series();

    [GeneratedRegex("(\\w+)=\"")]
    private static partial Regex LabelName();

    [GeneratedRegex(@"^\| `(?:frpc|process|dotnet)_")]
    private static partial Regex MetricRow();

    [GeneratedRegex(@"\b(?:frpc|process|dotnet)_\w+")]
    private static partial Regex NamedInRow();

    [GeneratedRegex("(?<=_seconds)_(?:bucket|sum|count)$")]
    private static partial Regex HistogramPart();
}
