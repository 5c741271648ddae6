using System.Text.RegularExpressions;
using FrameRpc.Tests.Generators;
using Microsoft.CodeAnalysis;

namespace FrameRpc.Tests.Docs;

/// <summary>The page about the library shows code that compiles, and defaults that are the code's.</summary>
public sealed partial class LibraryPageTests
{
    private const string Given = """
        using System.Text.Json.Serialization.Metadata;
        using FrameRpc.Protocol.Frames;
        using FrameRpc.Protocol.Identity;
        using FrameRpc.Protocol.Server;

        public record Text(string Msg);
        public record Folder(string Path);
        public record Name(string Path);
        public record Listing(string[] Names);
        [JsonSerializable(typeof(Folder)), JsonSerializable(typeof(Name)), JsonSerializable(typeof(Listing))]
        internal partial class Json { public JsonTypeInfo<Text> Text => null!; }

        """;

    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs/library.md"));

    [Test]
    public async Task Every_piece_of_code_on_the_page_compiles()
    {
        string[] pieces = [.. Fences().Matches(Page).Select(fence => fence.Groups[1].Value)];
        await Assert.That(pieces.Length).IsEqualTo(3);
        int end = pieces[2].IndexOf("server.", StringComparison.Ordinal);
        string source = $$"""
            {{Given}}
            {{pieces[2][..end]}}
            internal sealed class Files : IFiles
            {
                public Task<Listing> List(Folder folder, CancellationToken cancel) => throw new NotSupportedException();
                public Task<Stream> Read(Name name, CancellationToken cancel) => throw new NotSupportedException();
                public Task Write(Stream content, CancellationToken cancel) => throw new NotSupportedException();
            }
            internal static class Program
            {
                public static async Task Frame(Stream file) { {{pieces[0]}} }
                public static async Task Smf(byte[] payload) { {{pieces[1]}} }
                public static void Services(FrameServer server, FrameClient client) { {{pieces[2][end..]}} }
            }
            """;
        _ = Compiler.Driver().RunGeneratorsAndUpdateCompilation(Compiler.Program(source), out Compilation whole, out _, TestContext.Current!.Execution.CancellationToken);
        await Assert.That(whole.GetDiagnostics(TestContext.Current!.Execution.CancellationToken).Where(found => found.Severity is DiagnosticSeverity.Error))
            .IsEmpty();
    }

    [Test]
    [MethodDataSource(nameof(Defaults))]
    public async Task A_limit_has_the_default_that_the_page_says(string option, string shown) =>
        await Assert.That(Page).Contains($"| `{option}` | {shown} |", StringComparison.Ordinal);

    public static IEnumerable<(string, string)> Defaults()
    {
        var frames = new FrameRpc.Protocol.Client.FrameClientOptions();
        var smf = new FrameRpc.Protocol.Client.SmfClientOptions();
        var server = new FrameRpc.Protocol.Server.FrameServerOptions();
        return [
            ("Timeout", $"{frames.Timeout.TotalSeconds} s"),
            ("ConnectTimeout", $"{frames.ConnectTimeout.TotalSeconds} s"),
            ("MessageBytesMax", $"{frames.MessageBytesMax >> 20} MiB"),
            ("FrameClientOptions.ConnectionsMax", $"{frames.ConnectionsMax}"),
            ("FrameClientOptions.IdleTimeout", $"{frames.IdleTimeout.TotalMinutes} min"),
            ("SmfClientOptions.MemoryBytesMax", $"{smf.MemoryBytesMax >> 20} MiB"),
            ("ServerOptions.ConnectionsMax", $"{server.ConnectionsMax}"),
            ("ServerOptions.CallsMax", $"{server.CallsMax}"),
            ("ServerOptions.MemoryBytesMax", $"{server.MemoryBytesMax >> 20} MiB"),
            ("ServerOptions.MessageTimeout", $"{server.MessageTimeout.TotalSeconds} s"),
            ("ServerOptions.StallTimeout", $"{server.StallTimeout.TotalSeconds} s"),
        ];
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fences();
}
