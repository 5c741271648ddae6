namespace FrameRpc.Tests.Docs;

/// <summary>A fenced block of a page, and the block marked <c>text</c> that stands behind it with nothing but an empty line between: what the commands print.</summary>
/// <param name="Page">The page's path in the repository.</param>
/// <param name="Line">Where the block begins.</param>
/// <param name="Mark">What stands behind the opening fence: the language, and for commands what they need.</param>
/// <param name="Text">The lines between the fences.</param>
/// <param name="Shown">The lines of the <c>text</c> block, or null.</param>
internal sealed record CodeBlock(string Page, int Line, string Mark, string Text, string? Shown)
{
    private const string Fence = "```";

    public string Language => Mark.Split(' ')[0];

    /// <summary>Words behind the language.</summary>
    public string[] Needs => Mark.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..];

    public static IReadOnlyList<CodeBlock> Of(string page, string[] lines)
    {
        var blocks = new List<CodeBlock>();
        int lastEnd = -1;
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].TrimStart().StartsWith(Fence, StringComparison.Ordinal))
                continue;
            int end = Array.IndexOf(lines, Fence, i + 1);
            // A fence in a list is indented, and Markdown takes the indent away: here it would stay in the commands.
            if (lines[i][0] != Fence[0] || end < 0)
                throw new FormatException($"{page}:{i + 1}: a fence has to begin its line, and to be closed by one that stands alone");
            string mark = lines[i][Fence.Length..];
            string text = string.Concat(lines[(i + 1)..end].Select(line => line + "\n"));
            if (mark == "text" && lastEnd == i - 2 && blocks is [.., { Language: "sh" } commands])
                blocks[^1] = commands with { Shown = text };
            else
                blocks.Add(new CodeBlock(page, i + 1, mark, text, null));
            lastEnd = i = end;
        }
        return blocks;
    }
}
