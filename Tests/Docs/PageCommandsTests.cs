using FrameRpc.Tests.EndToEnd;

namespace FrameRpc.Tests.Docs;

/// <summary>Runs what the pages say, so that it stays true.</summary>
[NotInParallel] // Loads the machine, or takes much of what it lets a process open.
public sealed class PageCommandsTests
{
    /// <summary>What a block may be that is not commands. Another word for <c>sh</c> would keep its commands from being run.</summary>
    private static readonly string[] NotCommands = ["text", "json", "csharp", "xml", "promql", "yaml"];

    public static IEnumerable<(string, int)> Blocks => [.. Page.All.SelectMany(page => page.Blocks).Where(block => block.Language == "sh").Select(block => (block.Page, block.Line))];

    [Test]
    [MethodDataSource(nameof(Blocks))]
    public async Task A_block_of_commands_works_and_prints_what_is_shown(string page, int line)
    {
        CodeBlock block = Page.Read(page).Blocks.Single(block => block.Line == line);
        Skip.When(block.Text == "./test.sh\n", "test.sh is what runs this test");
        using var copy = new ScratchCopy();

        string? problem = BlockRunner.FindProblem(block, copy, out Result result);

        Skip.When(ComparisonTests.LacksPrograms(result), result.Error);
        await Assert.That(problem).IsNull();
    }

    [Test]
    public async Task Every_block_is_commands_or_something_that_nobody_would_type()
    {
        foreach (CodeBlock block in Page.All.SelectMany(page => page.Blocks))
            await Assert.That(block.Language == "sh" || NotCommands.Contains(block.Mark)).IsTrue().Because($"{block.Page}:{block.Line}: \"{block.Mark}\"");
    }
}
