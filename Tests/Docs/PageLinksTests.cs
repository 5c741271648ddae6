using System.Text.RegularExpressions;

namespace FrameRpc.Tests.Docs;

/// <summary>Nothing that a page points to is missing, and no page is left out.</summary>
public sealed partial class PageLinksTests
{
    public static IEnumerable<string> Pages => [.. Page.All.Select(page => page.Path)];

    [Test]
    [MethodDataSource(nameof(Pages))]
    public async Task Every_link_leads_to_a_file_or_a_heading_that_is_there(string path)
    {
        var page = Page.Read(path);
        await Assert.That(page.Links).DoesNotContain(link => !link.Contains("://", StringComparison.Ordinal) && !IsThere(page, link));
    }

    [Test]
    [MethodDataSource(nameof(Pages))]
    public async Task Every_file_of_the_repository_that_is_named_is_there(string path)
    {
        IEnumerable<string> named = Page.Read(path).CodeSpans.SelectMany(span => NamedFile().Matches(span).Select(file => file.Value.TrimEnd('.')));
        await Assert.That(named).DoesNotContain(file => !Path.Exists(Path.Combine(Repository.Root, file)));
    }

    [Test]
    public async Task The_readme_leads_to_every_other_page() =>
        await Assert.That(Page.All.Select(page => page.Path).Except([Page.Readme.Path, .. Page.Readme.Links.Select(link => link.Split('#')[0])])).IsEmpty();

    [Test]
    [Arguments("[a](b.md) and [`c`](d/e.md#f-g) ![h](i.svg) `[j](k.md)`", "b.md d/e.md#f-g i.svg")]
    [Arguments("""<img src="a.svg" alt=""> <a href="b.md">""", "a.svg b.md")]
    public async Task Links_are_found_however_they_are_written(string text, string links) =>
        await Assert.That(new Page("page.md", text).Links).IsSequence(links.Split(' '));

    [Test]
    public async Task Headings_are_linked_to_as_github_does_it() =>
        await Assert.That(new Page("page.md", "# A heading: `limits`, and more\n\n## Again\n\n```sh\n# no heading\n```\n\n### Again\n").Anchors)
            .IsSequence(["a-heading-limits-and-more", "again", "again-1"]);

    private static bool IsThere(Page page, string link)
    {
        string[] parts = link.Split('#');
        string target = parts[0].Length == 0 ? page.Path : Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, page.Folder, parts[0]));
        return Path.Exists(Path.Combine(Repository.Root, target)) && (parts.Length == 1 || Page.Read(target).Anchors.Contains(parts[1]));
    }

    /// <summary>A path below a folder of the repository, but not one below a folder of the system, and not a pattern.</summary>
    [GeneratedRegex(@"(?<![\w/.-])(?:Gateway|Protocol|Generators|Tests|bench|docs|examples|loadtest|deploy)/[\w./-]+(?![\w*/-])")]
    private static partial Regex NamedFile();
}
