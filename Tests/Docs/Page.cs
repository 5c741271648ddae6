using System.Text.RegularExpressions;

namespace FrameRpc.Tests.Docs;

/// <summary>A page that people read: README.md, and every other Markdown file of the repository.</summary>
internal sealed partial record Page(string Path, string Text)
{
    /// <summary>Made by others: packages that npm brings, what is built, and lists that the analyzers of the compiler keep.</summary>
    private static readonly string[] NotPages = [".git", "artifacts", "node_modules", "bin", "obj", "Generators"];

    public static IReadOnlyList<Page> All { get; } = [.. Find(Repository.Root).Order(StringComparer.Ordinal).Select(Read)];

    public static Page Readme => All.Single(page => page.Path == "README.md");

    public IReadOnlyList<CodeBlock> Blocks => CodeBlock.Of(Path, Text.Split('\n'));

    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>Where links of the page lead, pictures too, as they are written. What stands in code is no link.</summary>
    public IEnumerable<string> Links => Link().Matches(Prose).Select(link => link.Groups.Values.Skip(1).First(group => group.Success).Value);

    /// <summary>Words between single backticks: names, files and commands.</summary>
    public IEnumerable<string> CodeSpans => CodeSpan().Matches(WithoutBlocks).Select(span => span.Groups[1].Value);

    /// <summary>What may stand behind # in a link to this page.</summary>
    public IEnumerable<string> Anchors
    {
        get
        {
            string[] slugs = [.. Heading().Matches(WithoutBlocks).Select(heading => SlugOf(heading.Groups[1].Value))];
            return slugs.Select((slug, i) => slugs[..i].Count(earlier => earlier == slug) is > 0 and int times ? $"{slug}-{times}" : slug);
        }
    }

    public static Page Read(string path) => new(path, File.ReadAllText(System.IO.Path.Combine(Repository.Root, path)));

    /// <summary>A heading as GitHub makes an anchor of it: in lower case, without punctuation, with hyphens for spaces.</summary>
    public static string SlugOf(string heading) => NotInSlug().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    private string WithoutBlocks => FencedBlock().Replace(Text, "");

    private string Prose => CodeSpan().Replace(WithoutBlocks, "");

    private static IEnumerable<string> Find(string folder)
    {
        foreach (string file in Directory.GetFiles(folder, "*.md"))
            yield return System.IO.Path.GetRelativePath(Repository.Root, file);
        foreach (string below in Directory.GetDirectories(folder).Where(below => !NotPages.Contains(System.IO.Path.GetFileName(below))))
        {
            foreach (string file in Find(below))
                yield return file;
        }
    }

    [GeneratedRegex("^```.*?^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex FencedBlock();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"\]\(([^)\s]+)\)|(?:src|srcset|href)=""([^""]+)""")]
    private static partial Regex Link();

    [GeneratedRegex("^#{1,6} (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInSlug();
}
