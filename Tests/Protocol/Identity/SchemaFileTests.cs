using System.Net.Sockets;
using FrameRpc.Protocol.Identity;
using FrameRpc.Tests.EndToEnd;
using Xunit;

namespace FrameRpc.Tests.Protocol.Identity;

public sealed class SchemaFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("frpc-schema-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Files_are_read_from_disk()
    {
        string main = Path.Combine(_folder, "main.fbs");
        Directory.CreateDirectory(Path.Combine(_folder, "sub"));
        File.WriteAllText(main, "include \"sub/types.fbs\"; rpc_service S { M(T):T; }");
        File.WriteAllText(Path.Combine(_folder, "sub", "types.fbs"), "// größer\ntable T {}");

        Assert.Equal("T", Assert.Single(Assert.Single(Schema.Load(main).Services).Methods).Request);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told()
    {
        string missing = Path.Combine(_folder, "missing.fbs");

        Assert.Equal([$"{missing}: there is no such file"], GivenSchema.MistakesOf(() => Schema.Load(missing)));
        Assert.Equal([$"{missing}/deeper.fbs: there is no such file"], GivenSchema.MistakesOf(() => Schema.Load($"{missing}/deeper.fbs")));
    }

    [Fact]
    public void A_file_that_is_too_long_is_not_read_to_its_end()
    {
        string file = Path.Combine(_folder, "long.fbs");
        // A hole of 1 TiB, which takes no room on the disk.
        using (FileStream longest = File.Create(file))
            longest.SetLength(1L << 40);

        Assert.Equal(
            [$"{file}: a schema may have 1048576 characters, with all that it includes, and this has more"],
            GivenSchema.MistakesOf(() => Schema.Load(file)));
    }

    [Theory]
    [InlineData("pipe", "a named pipe")]
    [InlineData("socket", "a socket")]
    [InlineData("folder", "a directory")]
    [InlineData("/dev/zero", "a device")]
    public void What_is_no_regular_file_is_told_and_not_waited_for(string name, string what)
    {
        using Socket socket = MakeAllKinds();
        string path = Path.Combine(_folder, name), main = Path.Combine(_folder, "main.fbs"), link = Path.Combine(_folder, "link.fbs");
        File.WriteAllText(main, "include \"link.fbs\";");
        File.CreateSymbolicLink(link, path);

        Assert.Equal([$"{path}: cannot be read: it is {what}, where a regular file has to be"], GivenSchema.MistakesOf(() => Schema.Load(path)));
        Assert.Equal([$"{main}:1:9: {link}: cannot be read: it is {what}, where a regular file has to be"], GivenSchema.MistakesOf(() => Schema.Load(main)));
    }

    [Fact]
    public async Task A_named_pipe_that_takes_the_place_of_a_file_just_now_is_not_waited_for_either()
    {
        using Socket socket = MakeAllKinds();
        string path = Path.Combine(_folder, "main.fbs"), file = Path.Combine(_folder, "file.fbs"), pipe = Path.Combine(_folder, "pipe");
        File.WriteAllText(file, "table T {}");
        File.CreateSymbolicLink(path, file);
        using var done = new CancellationTokenSource();
        Task swaps = Task.Run(() => Swap(path, [pipe, file], done.Token), TestContext.Current.CancellationToken);

        for (int i = 0; i < 20_000; i++)
        {
            try
            {
                Assert.Empty(Schema.Load(path).Services);
            }
            catch (SchemaException told)
            {
                Assert.Contains("it is a named pipe", told.Message, StringComparison.Ordinal);
            }
        }
        await done.CancelAsync();
        await swaps;
    }

    [Theory]
    [InlineData("root:$y$j9T$secret/hash:19000:0:99999:7:::", ":1:1: expected a declaration, found a word; one begins with namespace, ")]
    [InlineData("# secret", ":1:1: this character cannot stand in a schema; remove it")]
    [InlineData("table secret filter {}", ":1:14: expected \"{\" before the body of the table, found a word")]
    [InlineData("enum secret {}\nsecret", ":2:1: expected a declaration, found a word; one begins with namespace, ")]
    [InlineData("table secret { { secret", ":1:16: the body of the table, which begins at ")]
    [InlineData("include \"secret", ":1:9: the string that begins here does not end in its line; write \" behind it")]
    public void Of_a_file_that_is_no_schema_nothing_is_printed_but_the_place(string text, string mistake)
    {
        string main = Path.Combine(_folder, "main.fbs"), other = Path.Combine(_folder, "other");
        File.WriteAllText(main, "include \"other\"; table T {}");
        File.WriteAllText(other, text);

        string told = Assert.Single(GivenSchema.MistakesOf(() => Schema.Load(main)));

        Assert.StartsWith($"{other}{mistake}", told, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", told, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_told_where_they_stand()
    {
        string file = Path.Combine(_folder, "binary.fbs");
        File.WriteAllBytes(file, [.. "table "u8, 0xff, .. " {}"u8]);

        Assert.Equal([$"{file}:1:7: what is no UTF-8 cannot stand in a schema; remove it"], GivenSchema.MistakesOf(() => Schema.Load(file)));
    }

    private Socket MakeAllKinds()
    {
        Assert.Equal(0, Binary.Run(Binary.StartProgram("mkfifo", _folder, [], "pipe")).Status);
        Directory.CreateDirectory(Path.Combine(_folder, "folder"));
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, "socket")));
        return socket;
    }

    private static void Swap(string link, string[] targets, CancellationToken done)
    {
        for (int i = 0; !done.IsCancellationRequested; i++)
        {
            File.CreateSymbolicLink(link + ".new", targets[i % 2]);
            File.Move(link + ".new", link, overwrite: true);
        }
    }
}
