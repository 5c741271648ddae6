using System.Text.RegularExpressions;
using FrameRpc.Protocol.Frames;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>The program that uses all of the library, published with Native AOT as <c>./publish.sh Tests/AotProgram</c> does it, which lets no warning pass.</summary>
public sealed class AotProgramTests
{
    private const string AttributeSuffix = "Attribute";

    private static readonly string Program = Path.Combine(Repository.Root, "artifacts", "AotProgram");

    [Test]
    public async Task Every_feature_works_in_native_code()
    {
        await Assert.That(File.Exists(Program)).IsTrue().Because($"{Program} is not there: run ./publish.sh Tests/AotProgram");

        Result result = Programs.Run(Programs.Start(Program, Path.GetTempPath(), []));

        await Assert.That((result.Status, result.Error)).IsEqualTo((0, ""));
        string[] lines = result.Output.TrimEnd('\n').Split('\n');
        int working = lines.Count(line => line.StartsWith("works    ", StringComparison.Ordinal));
        await Assert.That(lines[^1]).IsEqualTo($"all {working} features work");
        // Only what needs a library of the system may be missing: of each, packing by itself and packed calls.
        foreach (string line in lines.Where(line => line.StartsWith("skipped", StringComparison.Ordinal)))
            await Assert.That(line).StartsWith("skipped  compression: ", StringComparison.Ordinal);
        await Assert.That(working + lines.Count(line => line.StartsWith("skipped", StringComparison.Ordinal))).IsEqualTo(lines.Length - 1);
    }

    [Test]
    public async Task Every_public_type_of_the_library_is_used_by_name()
    {
        HashSet<string> used = [.. Sources().SelectMany(NamesIn)];

        string[] unused =
        [
            .. typeof(FrameHeader).Assembly.GetExportedTypes()
                .Select(type => type.Name.Split('`')[0])
                .Where(name => !used.Contains(name) && !(name.EndsWith(AttributeSuffix, StringComparison.Ordinal) && used.Contains(name[..^AttributeSuffix.Length]))),
        ];

        await Assert.That(unused.Length == 0).IsTrue().Because($"Tests/AotProgram does not use {string.Join(", ", unused)}");
    }

    /// <summary>Those of its folder, and those that its project links.</summary>
    private static IEnumerable<string> Sources()
    {
        string folder = Path.Combine(Repository.Root, "Tests", "AotProgram");
        string project = File.ReadAllText(Path.Combine(folder, "AotProgram.csproj"));
        IEnumerable<string> linked = Regex.Matches(project, """<Compile Include="([^"]+)" """).SelectMany(match => match.Groups[1].Value.Split(';'));
        return Directory.GetFiles(folder, "*.cs").Concat(linked.Select(path => Path.Combine(folder, path)));
    }

    /// <summary>Words of the code itself: a comment or a text uses nothing.</summary>
    private static IEnumerable<string> NamesIn(string source) => CSharpSyntaxTree.ParseText(File.ReadAllText(source)).GetRoot().DescendantTokens()
        .Where(token => token.IsKind(SyntaxKind.IdentifierToken))
        .Select(token => token.ValueText);
}
