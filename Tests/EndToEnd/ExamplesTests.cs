using System.Text;
using FrameRpc.Protocol.Services;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Docs;
using Storage;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>The programs of examples/, as the solution builds them. Each runs to its end by itself.</summary>
public sealed class ExamplesTests
{
    private const string GreeterSource = "examples/greeter/Program.cs";

    [Test]
    public async Task Greeter_greets() => await Assert.That(Run("Greeter")).IsEqualTo(new Result(0, "Hello, Ada!\n", ""));

    [Test]
    public async Task Greeter_is_a_whole_service_in_less_than_30_lines() =>
        await Assert.That(File.ReadAllLines(Path.Combine(Repository.Root, GreeterSource)).Length).IsBetween(1, 29);

    [Test]
    public async Task The_readme_shows_the_greeter_as_it_is() =>
        await Assert.That(Page.Readme.Blocks.First(block => block.Language == "csharp").Text)
            .IsEqualTo(Encoding.UTF8.GetString(Repository.Read(GreeterSource)));

    [Test]
    public async Task Storage_keeps_a_long_content_and_finds_it_by_name() => await Assert.That(Run("Storage")).IsEqualTo(new Result(
            0,
            """
            uploaded 16777216 bytes
            put "photo", request id 0x79b22f2e
            got "photo" 100 times, request id 0x6ad4023d
            downloaded the same bytes
            get "nothing" failed with status 404, blame Caller
            stopped

            """,
            ""));

    [Test]
    public async Task Storage_reads_and_writes_tables_as_the_first_implementations_do()
    {
        byte[] message = Vectors.Bytes("smf-get60.c2s");
        byte[] payload = message[SmfHeader.Bytes..];
        string name = "0" + new string('n', 34);

        await Assert.That(Encoding.UTF8.GetString(FlatTable.Read(payload, 0).Span)).IsEqualTo(name);
        await Assert.That(FlatTable.Read(payload, 1).IsEmpty).IsTrue();
        await Assert.That(FlatTable.Read(SmfEmptyReply.Payload.ToArray(), 0).IsEmpty).IsTrue();
        await Assert.That(Request.Read(SmfServicePayloads.Write(new Request(name)))).IsEqualTo(new Request(name));
        PutRequest put = PutRequest.Read(SmfServicePayloads.Write(new PutRequest("é", new byte[] { 1, 2, 3, 0 })));
        await Assert.That(put.Name).IsEqualTo("é");
        await Assert.That(put.Body.ToArray()).IsSequence([1, 2, 3, 0]);
    }

    [Test]
    public async Task Storage_refuses_a_table_whose_bytes_are_cut_short()
    {
        byte[] payload = SmfServicePayloads.Write(new PutRequest("name", new byte[] { 1, 2, 3, 4 })).ToArray();
        int used = payload.Length - 4; // Padding behind the body is nobody's.

        foreach (int bytes in Enumerable.Range(0, used))
            Assert.ThrowsExactly<FormatException>(() => PutRequest.Read(payload.AsMemory(0, bytes)));
        await Assert.That(PutRequest.Read(payload.AsMemory(0, used)).Name).IsEqualTo("name");
    }

    [Test]
    public async Task Reconnect_fails_at_once_or_waits_and_tries_again_until_the_server_is_back()
    {
        Result result = Run("Reconnect");

        await Assert.That((result.Status, result.Error)).IsEqualTo((0, ""));
        string[] lines = [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf(" ms  ", StringComparison.Ordinal) + 5)..])];
        await Assert.That(lines.Where(line => line[0] != ' ')).IsSequence([
                "call, the server is up: succeeded",
                "the server has stopped",
                "call, no wait: failed, may have run: False",
                "call, no wait, again: failed, may have run: False",
                "call, wait for ready, but not for long: timed out",
                "the server is back",
                "call, wait for ready: succeeded",
            ]);
        await Assert.That(lines.Count(line => line.Contains("next attempt in at least ", StringComparison.Ordinal)) > 1).IsTrue().Because(result.Output);
        foreach (string state in (string[])["  state: Ready", "  state: TransientFailure", "  state: Shutdown"])
            await Assert.That(lines).Contains(state);
    }

    /// <summary>Beside these tests, where the solution builds all its programs.</summary>
    private static Result Run(string program)
    {
        string built = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        string path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", program, built, program));
        return File.Exists(path)
            ? Programs.Run(Programs.Start(path, Path.GetTempPath(), []))
            : throw new FileNotFoundException($"{path} is not there: run dotnet build FrameRpc.sln");
    }
}
