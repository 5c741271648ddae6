using FrameRpc.Tests.EndToEnd;

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

    [Test]
    [Arguments("printf 'first\\nbetween\\na b c\\n'")]
    [Arguments("printf 'first\\n'; test -x frpc-gateway && printf 'a  c\\n'")]
    public async Task Commands_that_work_and_print_what_is_shown_are_right(string commands) => await Assert.That(FindProblem(commands)).IsNull();

    [Test]
    [Arguments("printf 'first\\na b c\\n'; exit 3", "page.md:3: exit status 3\n")]
    [Arguments("false; printf 'first\\na b c\\n'", "page.md:3: exit status 1\n")]
    [Arguments("no-such-program", "page.md:3: exit status 127\n")]
    [Arguments("sleep 1000 & exit 3", "page.md:3: exit status 3\n")]
    [Arguments("printf 'a b c\\nfirst\\n'", "page.md:3: \"a … c\" is not among what was printed:\n")]
    [Arguments("printf 'first\\na b\\n'", "page.md:3: \"a … c\" is not among what was printed:\n")]
    [Arguments("printf 'first!\\na b c\\n'", "page.md:3: \"first\" is not among what was printed:\n")]
    [Arguments("printf 'first\\na b c\\n' >&2", "page.md:3: \"first\" is not among what was printed:\n")]
    public async Task Commands_that_fail_or_print_something_else_are_wrong(string commands, string problem) =>
        await Assert.That(FindProblem(commands)).StartsWith(problem, StringComparison.Ordinal);

    [Test]
    public async Task A_gateway_runs_only_beside_a_block_that_is_marked_so()
    {
        const string call = "./frpc-gateway call 127.0.0.1:8888 Echo '{}'; kill -0 $GATEWAY; printf 'first\\na b c\\n'";

        await Assert.That(FindProblem(call)).Contains("Connection refused", StringComparison.Ordinal);
        await Assert.That(FindProblem(call, mark: "sh gateway")).IsNull();
    }

    [Test]
    public async Task A_mark_that_means_nothing_is_refused() =>
        await Assert.That(Assert.ThrowsExactly<FormatException>(() => FindProblem("true", mark: "sh gatway")).Message)
            .IsEqualTo("page.md:3: nobody knows what \"sh gatway\" needs");

    [Test]
    [Arguments("text\n```sh\ntrue", "page.md:2: ")]
    [Arguments("- item\n  ```sh\n  true\n  ```\n", "page.md:2: ")]
    public async Task A_block_that_would_be_missed_is_refused(string page, string where) =>
        await Assert.That(Assert.ThrowsExactly<FormatException>(() => CodeBlock.Of("page.md", page.Split('\n'))).Message)
            .StartsWith(where, StringComparison.Ordinal);

    private string? FindProblem(string commands, string mark = "sh")
    {
        string page = Page.Replace("sh\n", mark + "\n", StringComparison.Ordinal).Replace("COMMANDS", commands, StringComparison.Ordinal);
        return BlockRunner.FindProblem(CodeBlock.Of("page.md", page.Split('\n')).Single(), _copy, out _);
    }
}
