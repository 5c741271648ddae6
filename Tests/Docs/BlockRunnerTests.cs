using FrameRpc.Tests.EndToEnd;
using Xunit;

namespace FrameRpc.Tests.Docs;

/// <summary>Wrong pages are found: a page whose commands work says something only if one whose commands do not would have failed.</summary>
public sealed class BlockRunnerTests : IDisposable
{
    private const string Page = """
        # A page

        ```sh
        COMMANDS
        ```

        ```text
        first
        a … c
        ```
        """;

    private readonly ScratchCopy _copy = new();

    public void Dispose() => _copy.Dispose();

    [Theory]
    [InlineData("printf 'first\\nbetween\\na b c\\n'")]
    [InlineData("printf 'first\\n'; test -x frpc-gateway && printf 'a  c\\n'")]
    public void Commands_that_work_and_print_what_is_shown_are_right(string commands) => Assert.Null(FindProblem(commands));

    [Theory]
    [InlineData("printf 'first\\na b c\\n'; exit 3", "page.md:3: exit status 3\n")]
    [InlineData("false; printf 'first\\na b c\\n'", "page.md:3: exit status 1\n")]
    [InlineData("no-such-program", "page.md:3: exit status 127\n")]
    [InlineData("sleep 1000 & exit 3", "page.md:3: exit status 3\n")]
    [InlineData("printf 'a b c\\nfirst\\n'", "page.md:3: \"a … c\" is not among what was printed:\n")]
    [InlineData("printf 'first\\na b\\n'", "page.md:3: \"a … c\" is not among what was printed:\n")]
    [InlineData("printf 'first!\\na b c\\n'", "page.md:3: \"first\" is not among what was printed:\n")]
    [InlineData("printf 'first\\na b c\\n' >&2", "page.md:3: \"first\" is not among what was printed:\n")]
    public void Commands_that_fail_or_print_something_else_are_wrong(string commands, string problem) =>
        Assert.StartsWith(problem, FindProblem(commands), StringComparison.Ordinal);

    [Fact]
    public void A_gateway_runs_only_beside_a_block_that_is_marked_so()
    {
        const string call = "./frpc-gateway call 127.0.0.1:8888 Echo '{}'; kill -0 $GATEWAY; printf 'first\\na b c\\n'";

        Assert.Contains("Connection refused", FindProblem(call), StringComparison.Ordinal);
        Assert.Null(FindProblem(call, mark: "sh gateway"));
    }

    [Fact]
    public void A_mark_that_means_nothing_is_refused() =>
        Assert.Equal("page.md:3: nobody knows what \"sh gatway\" needs", Assert.Throws<FormatException>(() => FindProblem("true", mark: "sh gatway")).Message);

    [Theory]
    [InlineData("text\n```sh\ntrue", "page.md:2: ")]
    [InlineData("- item\n  ```sh\n  true\n  ```\n", "page.md:2: ")]
    public void A_block_that_would_be_missed_is_refused(string page, string where) =>
        Assert.StartsWith(where, Assert.Throws<FormatException>(() => CodeBlock.Of("page.md", page.Split('\n'))).Message, StringComparison.Ordinal);

    private string? FindProblem(string commands, string mark = "sh")
    {
        string page = Page.Replace("sh\n", mark + "\n", StringComparison.Ordinal).Replace("COMMANDS", commands, StringComparison.Ordinal);
        return BlockRunner.FindProblem(Assert.Single(CodeBlock.Of("page.md", page.Split('\n'))), _copy, out _);
    }
}
