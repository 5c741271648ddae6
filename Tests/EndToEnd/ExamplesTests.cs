using System.Text;
using FrameRpc.Protocol.Services;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Cli;
using FrameRpc.Tests.Configuration;
using FrameRpc.Tests.Docs;
using Storage;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>The programs of examples/, as the solution builds them. Each runs to its end by itself.</summary>
public sealed class ExamplesTests
{
    private const string GreeterSource = "examples/greeter/Program.cs";

    [Fact]
    public void Greeter_greets() => Assert.Equal(new Result(0, "Hello, Ada!\n", ""), Run("Greeter"));

    [Fact]
    public void Greeter_is_a_whole_service_in_less_than_30_lines() =>
        Assert.InRange(File.ReadAllLines(Path.Combine(Repository.Root, GreeterSource)).Length, 1, 29);

    [Fact]
    public void The_readme_shows_the_greeter_as_it_is() =>
        Assert.Equal(Encoding.UTF8.GetString(Repository.Read(GreeterSource)), Page.Readme.Blocks.First(block => block.Language == "csharp").Text);

    [Fact]
    public void Storage_keeps_a_long_content_and_finds_it_by_name() => Assert.Equal(
        new Result(
            0,
            """
            uploaded 16777216 bytes
            put "photo", request id 0x79b22f2e
            got "photo" 100 times, request id 0x6ad4023d
            downloaded the same bytes
            get "nothing" failed with status 404, blame Caller
            stopped

            """,
            ""),
        Run("Storage"));

    [Fact]
    public void Storage_reads_and_writes_tables_as_the_first_implementations_do()
    {
        byte[] message = Vectors.Bytes("smf-get60.c2s");
        byte[] payload = message[SmfHeader.Bytes..];
        string name = "0" + new string('n', 34);

        Assert.Equal(name, Encoding.UTF8.GetString(FlatTable.Read(payload, 0).Span));
        Assert.True(FlatTable.Read(payload, 1).IsEmpty);
        Assert.True(FlatTable.Read(SmfEmptyReply.Payload.ToArray(), 0).IsEmpty);
        Assert.Equal(new Request(name), Request.Read(SmfServicePayloads.Write(new Request(name))));
        PutRequest put = PutRequest.Read(SmfServicePayloads.Write(new PutRequest("é", new byte[] { 1, 2, 3, 0 })));
        Assert.Equal("é", put.Name);
        Assert.Equal([1, 2, 3, 0], put.Body.ToArray());
    }

    [Fact]
    public void Storage_refuses_a_table_whose_bytes_are_cut_short()
    {
        byte[] payload = SmfServicePayloads.Write(new PutRequest("name", new byte[] { 1, 2, 3, 4 })).ToArray();
        int used = payload.Length - 4; // Padding behind the body is nobody's.

        Assert.All(Enumerable.Range(0, used), bytes => Assert.Throws<FormatException>(() => PutRequest.Read(payload.AsMemory(0, bytes))));
        Assert.Equal("name", PutRequest.Read(payload.AsMemory(0, used)).Name);
    }

    [Fact]
    public void Reconnect_fails_at_once_or_waits_and_tries_again_until_the_server_is_back()
    {
        Result result = Run("Reconnect");

        Assert.Equal((0, ""), (result.Status, result.Error));
        string[] lines = [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf(" ms  ", StringComparison.Ordinal) + 5)..])];
        Assert.Equal(
            [
                "call, the server is up: succeeded",
                "the server has stopped",
                "call, no wait: failed, may have run: False",
                "call, no wait, again: failed, may have run: False",
                "call, wait for ready, but not for long: timed out",
                "the server is back",
                "call, wait for ready: succeeded",
            ],
            lines.Where(line => line[0] != ' '));
        Assert.True(lines.Count(line => line.Contains("the next attempt is ", StringComparison.Ordinal)) > 1, result.Output);
        Assert.All(["  state: Ready", "  state: TransientFailure", "  state: Shutdown"], state => Assert.Contains(state, lines));
    }

    /// <summary>Beside these tests, where the solution builds all its programs.</summary>
    private static Result Run(string program)
    {
        string built = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        string path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", program, built, program));
        return File.Exists(path)
            ? Binary.Run(Binary.StartProgram(path, Path.GetTempPath(), []))
            : throw new FileNotFoundException($"{path} is not there: run dotnet build FrameRpc.sln");
    }
}
