using FrameRpc.Tests.Cli;
using FrameRpc.Tests.EndToEnd;
using Xunit;

namespace FrameRpc.Tests.Docs;

/// <summary>Runs what the pages say, so that it stays true.</summary>
[Collection(nameof(Heavy))]
public sealed class PageCommandsTests
{
    /// <summary>What a block may be that is not commands. Another word for <c>sh</c> would keep its commands from being run.</summary>
    private static readonly string[] NotCommands = ["text", "json", "csharp", "xml", "promql", "yaml"];

    public static TheoryData<string, int> Blocks => [.. Page.All.SelectMany(page => page.Blocks).Where(block => block.Language == "sh").Select(block => (block.Page, block.Line))];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void A_block_of_commands_works_and_prints_what_is_shown(string page, int line)
    {
        CodeBlock block = Page.Read(page).Blocks.Single(block => block.Line == line);
        Assert.SkipWhen(block.Text == "./test.sh\n", "test.sh is what runs this test");
        using var copy = new ScratchCopy();

        string? problem = BlockRunner.FindProblem(block, copy, out Result result);

        Assert.SkipWhen(ComparisonTests.LacksPrograms(result), result.Error);
        Assert.True(problem is null, problem);
    }

    [Fact]
    public void Every_block_is_commands_or_something_that_nobody_would_type() => Assert.All(
        Page.All.SelectMany(page => page.Blocks),
        block => Assert.True(block.Language == "sh" || NotCommands.Contains(block.Mark), $"{block.Page}:{block.Line}: \"{block.Mark}\""));
}
