using System.Text.RegularExpressions;

namespace FrameRpc.Tests.Docs;

/// <summary>The README shows medians of docs/performance.md, as bench/run.sh wrote them there.</summary>
public sealed partial class ReadmeFiguresTests
{
    [Test]
    public async Task Figures_are_those_that_were_measured()
    {
        string readme = Page.Readme.Text;
        string section = readme[readme.IndexOf("## Performance", StringComparison.Ordinal)..readme.IndexOf("## Comparison", StringComparison.Ordinal)];
        string measured = Page.Read("docs/performance.md").Text;
        string[] figures = [.. Figure().Matches(section).Select(figure => figure.Groups[1].Value)];

        await Assert.That(figures.Length).IsBetween(12, 40);
        foreach (string figure in figures)
            await Assert.That(measured).Contains($"| {figure}<br>[", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(?<=\|) ([0-9][0-9,.]*) (?=\|)")]
    private static partial Regex Figure();
}
