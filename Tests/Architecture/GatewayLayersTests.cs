using System.Text.RegularExpressions;
using FrameRpc.Gateway.Configuration;

namespace FrameRpc.Tests.Architecture;

/// <summary>Who may know whom in the gateway, from the bottom to the top. Everything may use the library.</summary>
public sealed partial class GatewayLayersTests
{
    private const string Root = "FrameRpc.Gateway";

    private static readonly LayerTable Table = new(Root,
        new("Sockets"),
        // The addresses, file rights and relay policies that are written in gateway.json are plain data of Sockets.
        new("Configuration", "Sockets"),
        new("Routing", "Sockets", "Configuration"),
        new("EventLoop", "Sockets"),
        // A format brings its embedded server and its load, so that what all of these have in common stands below the formats.
        new("Demo", "Sockets", "EventLoop"),
        new("Bench", "Sockets", "Configuration", "EventLoop"),
        new("Backends", "Sockets", "Configuration", "Routing", "EventLoop"),
        new("Formats.Ledger", "EventLoop", "Backends"),
        new("Formats", "Sockets", "Configuration", "Routing", "EventLoop", "Bench", "Backends", "Formats.Ledger"),
        new("Formats.Frame", "Sockets", "Configuration", "Routing", "EventLoop", "Demo", "Bench", "Backends", "Formats.Ledger", "Formats"),
        new("Formats.Smf", "Sockets", "Configuration", "Routing", "EventLoop", "Demo", "Bench", "Backends", "Formats.Ledger", "Formats"),
        new("Formats.Registry", "Formats", "Formats.Frame", "Formats.Smf"),
        new("Control.Health", "Sockets", "Configuration", "Routing", "Backends"),
        new("Admin", "Sockets", "Configuration", "Routing", "EventLoop", "Backends", "Formats.Ledger", "Formats"),
        new("Hosting", "Sockets", "Configuration", "Routing", "EventLoop", "Backends", "Formats.Ledger", "Formats", "Formats.Registry", "Control.Health", "Admin"),
        new("Cli", "Sockets", "Configuration", "EventLoop", "Bench", "Formats", "Formats.Registry", "Admin", "Hosting"));

    /// <summary>What the admin endpoint may see of the data path: what is counted, under names, and never what counts.</summary>
    private static readonly string[] Statistics =
    [
        "BackendStatistics", "ServerStatistics", "ServerState", "RejectReason", "CallerFault", "CallerFaults", "WorkerStatistics", "WorkerLedger", "ListenerLedger", "CallTally", "TallyName", "ServerCalls",
        "StatusList", "CallStatus", "DurationHistogram", "AccessQueue", "AccessRecord", "WorkerCounters", "ListenerCounters",
    ];

    [Test]
    public async Task Each_folder_uses_only_those_that_the_table_lets_it_use() =>
        await Assert.That(Table.Breaches(typeof(GatewayOptions).Assembly)).IsEmpty();

    /// <summary>The table without one permission: the types that need it are named, each with what it uses, and no other.</summary>
    [Test]
    public async Task A_dependency_that_the_table_does_not_allow_is_named_by_its_types() =>
        await Assert.That(Table.Without("Formats.Frame", "Demo").Breaches(typeof(GatewayOptions).Assembly).Where(breach => !breach.Contains(": Formats.Frame may not use Demo", StringComparison.Ordinal)))
            .IsEmpty();

    [Test]
    public async Task The_admin_endpoint_reads_statistics_and_no_live_object_of_the_data_path() =>
        await Assert.That(LiveObjects(Statistics)).IsEmpty();

    [Test]
    public async Task A_live_object_that_the_admin_endpoint_would_read_is_named() =>
        await Assert.That(LiveObjects([.. Statistics.Where(name => name != "WorkerStatistics")]).Select(edge => edge.To.Name).Distinct()).IsSequence(["WorkerStatistics"]);

    /// <summary>A constant is copied into the code that uses it, and the assembly no longer tells whose it was. The source does, because it has no unneeded usings.</summary>
    [Test]
    public async Task No_source_file_imports_a_folder_that_stands_above_its_own()
    {
        string[] order = [.. Table.Names];
        var upward = new List<string>();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "Gateway"), "*.cs", SearchOption.AllDirectories))
        {
            string text = await System.IO.File.ReadAllTextAsync(file);
            int own = PlaceOf(order, Namespace().Match(text).Groups[1].Value);
            upward.AddRange(Using().Matches(text).Where(imported => PlaceOf(order, imported.Groups[1].Value) > own && own >= 0)
                .Select(imported => $"{Path.GetRelativePath(Repository.Root, file)}: {imported.Value}"));
        }
        await Assert.That(upward).IsEmpty();
    }

    private static IEnumerable<TypeDependency> LiveObjects(string[] statistics) =>
        TypeDependencies.Of(typeof(GatewayOptions).Assembly)
            .Where(edge => edge.From.Namespace.StartsWith($"{Root}.Admin", StringComparison.Ordinal))
            .Where(edge => Regex.IsMatch(edge.To.Namespace, @"^FrameRpc\.Gateway\.(EventLoop|Backends|Formats)\b") && !statistics.Contains(edge.To.Name));

    /// <summary>Of the longest name that fits.</summary>
    private static int PlaceOf(string[] order, string name) =>
        order.Index().Where(layer => $"{name}.".StartsWith($"{layer.Item}.", StringComparison.Ordinal)).OrderByDescending(layer => layer.Item.Length).Select(layer => layer.Index).FirstOrDefault(-1);

    [GeneratedRegex(@"^namespace FrameRpc\.Gateway\.([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using FrameRpc\.Gateway\.([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();
}
