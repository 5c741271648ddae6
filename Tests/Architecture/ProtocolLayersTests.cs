using System.Text.RegularExpressions;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Architecture;

/// <summary>Who may know whom in the library, from the bottom to the top.</summary>
public sealed partial class ProtocolLayersTests
{
    private const string Root = "FrameRpc.Protocol";

    private static readonly LayerTable Table = new(Root,
        new("Identity"),
        new("Errors"),
        new("Limits", "Errors"),
        new("Telemetry", "Errors"),
        new("Transports", "Errors"),
        new("Frames", "Errors", "Limits", "Transports"),
        new("Smf", "Limits", "Transports"),
        new("Smf.Compression", "Smf"),
        new("Client", "Identity", "Errors", "Limits", "Telemetry", "Transports", "Frames", "Smf", "Smf.Compression"),
        new("Server", "Identity", "Errors", "Limits", "Telemetry", "Transports", "Frames", "Smf", "Smf.Compression"),
        new("Services", "Errors", "Frames", "Client", "Server"));

    [Test]
    public async Task Each_namespace_uses_only_those_that_the_table_lets_it_use() =>
        await Assert.That(Table.Breaches(typeof(FrameHeader).Assembly)).IsEmpty();

    /// <summary>The table without one permission: the types that need it are named, each with what it uses, and no other.</summary>
    [Test]
    public async Task A_dependency_that_the_table_does_not_allow_is_named_by_its_types() =>
        await Assert.That(Table.Without("Limits", "Errors").Breaches(typeof(FrameHeader).Assembly))
            .IsSequence([$"{Root}.Limits.Deadline.Explain → {Root}.Errors.RpcTimeoutException: Limits may not use Errors"]);

    /// <summary>A constant is copied into the code that uses it, and the assembly no longer tells whose it was. The source does, because it has no unneeded usings.</summary>
    [Test]
    public async Task No_source_file_imports_a_namespace_that_stands_above_its_own()
    {
        string[] order = [.. Table.Names];
        var upward = new List<string>();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "Protocol"), "*.cs", SearchOption.AllDirectories))
        {
            string text = await System.IO.File.ReadAllTextAsync(file);
            int own = Array.IndexOf(order, Namespace().Match(text).Groups[1].Value);
            upward.AddRange(Using().Matches(text).Where(imported => Array.IndexOf(order, imported.Groups[1].Value) is var other && (own < 0 || other < 0 || other >= own))
                .Select(imported => $"{Path.GetRelativePath(Repository.Root, file)}: {imported.Value}"));
        }
        await Assert.That(upward).IsEmpty();
    }

    [GeneratedRegex(@"^namespace FrameRpc\.Protocol\.([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using FrameRpc\.Protocol\.([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
