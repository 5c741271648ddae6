using System.Text.RegularExpressions;
using Xunit;

namespace FrameRpc.Tests.Docs;

/// <summary>The README shows medians of docs/performance.md, as bench/run.sh wrote them there.</summary>
public sealed partial class ReadmeFiguresTests
{
    [Fact]
    public void Figures_are_those_that_were_measured()
    {
        string readme = Page.Readme.Text;
        string section = readme[readme.IndexOf("## How fast", StringComparison.Ordinal)..readme.IndexOf("## Beside", StringComparison.Ordinal)];
        string measured = Page.Read("docs/performance.md").Text;
        string[] figures = [.. Figure().Matches(section).Select(figure => figure.Groups[1].Value)];

        Assert.InRange(figures.Length, 12, 40);
        Assert.All(figures, figure => Assert.Contains($"| {figure}<br>[", measured, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"(?<=\|) ([0-9][0-9,.]*) (?=\|)")]
    private static partial Regex Figure();
}
