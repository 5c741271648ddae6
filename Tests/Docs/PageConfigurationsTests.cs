using System.Text.Json;
using System.Text.Json.Nodes;
using FrameRpc.Tests.EndToEnd;

namespace FrameRpc.Tests.Docs;

/// <summary>What the pages show of gateway.json is right: a whole one, or members that are put in place of those of the shipped one.</summary>
public sealed class PageConfigurationsTests : IDisposable
{
    private static readonly JsonDocumentOptions AsTheGatewayReads = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly ScratchCopy _copy = new();

    public static IEnumerable<(string, int)> Blocks =>
        [.. Page.All.Where(page => page.Folder is "" or "docs").SelectMany(page => page.Blocks).Where(block => block.Language == "json").Select(block => (block.Page, block.Line))];

    public void Dispose() => _copy.Dispose();

    [Test]
    [MethodDataSource(nameof(Blocks))]
    public async Task A_configuration_that_is_shown_is_right(string page, int line)
    {
        string text = _copy.Here(Page.Read(page).Blocks.Single(block => block.Line == line).Text);
        JsonObject shown = JsonNode.Parse(text, documentOptions: AsTheGatewayReads)!.AsObject();
        if (!shown.ContainsKey("listeners"))
            text = Completed(shown);
        File.WriteAllText(Path.Combine(_copy.Folder, "shown.json"), text);

        Result check = _copy.Shell("./frpc-gateway check --config shown.json");

        await Assert.That((check.Status, check.Error)).IsEqualTo((0, ""));
    }

    private string Completed(JsonObject shown)
    {
        JsonObject shipped = JsonNode.Parse(File.ReadAllText(Path.Combine(_copy.Folder, "gateway.json")), documentOptions: AsTheGatewayReads)!.AsObject();
        foreach ((string name, JsonNode? value) in shown)
            shipped[name] = value?.DeepClone();
        return shipped.ToJsonString();
    }
}
