using System.Net.Sockets;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Tests.Protocol.Identity;

public sealed class SchemaFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("frpc-schema-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Files_are_read_from_disk()
    {
        string main = Path.Combine(_folder, "main.fbs");
        Directory.CreateDirectory(Path.Combine(_folder, "sub"));
        File.WriteAllText(main, "include \"sub/types.fbs\"; rpc_service S { M(T):T; }");
        File.WriteAllText(Path.Combine(_folder, "sub", "types.fbs"), "// größer\ntable T {}");

        await Assert.That((await Assert.That((await Assert.That(Schema.Load(main).Services).HasSingleItem()).Methods).HasSingleItem()).Request).IsEqualTo("T");
    }

    [Test]
    public async Task A_file_that_is_not_there_is_told()
    {
        string missing = Path.Combine(_folder, "missing.fbs");

        await Assert.That(GivenSchema.MistakesOf(() => Schema.Load(missing))).IsSequence([$"{missing}: no such file"]);
        await Assert.That(GivenSchema.MistakesOf(() => Schema.Load($"{missing}/deeper.fbs"))).IsSequence([$"{missing}/deeper.fbs: no such file"]);
    }

    [Test]
    public async Task A_file_that_is_too_long_is_not_read_to_its_end()
    {
        string file = Path.Combine(_folder, "long.fbs");
        // A hole of 1 TiB, which takes no room on the disk.
        using (FileStream longest = File.Create(file))
            longest.SetLength(1L << 40);

        await Assert.That(GivenSchema.MistakesOf(() => Schema.Load(file)))
            .IsSequence([$"{file}: a schema may have at most 1048576 characters, including its includes, and this has more"]);
    }

    [Test]
    [Arguments("pipe", "a named pipe")]
    [Arguments("socket", "a socket")]
    [Arguments("folder", "a directory")]
    [Arguments("/dev/zero", "a device")]
    public async Task What_is_no_regular_file_is_told_and_not_waited_for(string name, string what)
    {
        using Socket socket = await MakeAllKinds();
        string path = Path.Combine(_folder, name), main = Path.Combine(_folder, "main.fbs"), link = Path.Combine(_folder, "link.fbs");
        File.WriteAllText(main, "include \"link.fbs\";");
        File.CreateSymbolicLink(link, path);

        await Assert.That(GivenSchema.MistakesOf(() => Schema.Load(path)))
            .IsSequence([$"{path}: cannot be read: it is {what}, not a regular file"]);
        await Assert.That(GivenSchema.MistakesOf(() => Schema.Load(main)))
            .IsSequence([$"{main}:1:9: {link}: cannot be read: it is {what}, not a regular file"]);
    }

    [Test]
    public async Task A_named_pipe_that_takes_the_place_of_a_file_just_now_is_not_waited_for_either()
    {
        using Socket socket = await MakeAllKinds();
        string path = Path.Combine(_folder, "main.fbs"), file = Path.Combine(_folder, "file.fbs"), pipe = Path.Combine(_folder, "pipe");
        File.WriteAllText(file, "table T {}");
        File.CreateSymbolicLink(path, file);
        using var done = new CancellationTokenSource();
        Task swaps = Task.Run(() => Swap(path, [pipe, file], done.Token), TestContext.Current!.Execution.CancellationToken);

        for (int i = 0; i < 20_000; i++)
        {
            try
            {
                await Assert.That(Schema.Load(path).Services).IsEmpty();
            }
            catch (SchemaException told)
            {
                await Assert.That(told.Message).Contains("it is a named pipe", StringComparison.Ordinal);
            }
        }
        await done.CancelAsync();
        await swaps;
    }

    [Test]
    [Arguments("root:$y$j9T$secret/hash:19000:0:99999:7:::", ":1:1: expected a declaration, found a word; one begins with namespace, ")]
    [Arguments("# secret", ":1:1: this character is not allowed in a schema; remove it")]
    [Arguments("table secret filter {}", ":1:14: expected \"{\" before the body of the table, found a word")]
    [Arguments("enum secret {}\nsecret", ":2:1: expected a declaration, found a word; one begins with namespace, ")]
    [Arguments("table secret { { secret", ":1:16: the body of the table, which begins at ")]
    [Arguments("include \"secret", ":1:9: the string that begins here does not end in its line; write \" after it")]
    public async Task Of_a_file_that_is_no_schema_nothing_is_printed_but_the_place(string text, string mistake)
    {
        string main = Path.Combine(_folder, "main.fbs"), other = Path.Combine(_folder, "other");
        File.WriteAllText(main, "include \"other\"; table T {}");
        File.WriteAllText(other, text);

        string told = await Assert.That(GivenSchema.MistakesOf(() => Schema.Load(main))).HasSingleItem();

        await Assert.That(told).StartsWith($"{other}{mistake}", StringComparison.Ordinal);
        await Assert.That(told).DoesNotContain("secret", StringComparison.Ordinal);
    }

    [Test]
    public async Task Bytes_that_are_no_text_are_told_where_they_stand()
    {
        string file = Path.Combine(_folder, "binary.fbs");
        File.WriteAllBytes(file, [.. "table "u8, 0xff, .. " {}"u8]);

        await Assert.That(GivenSchema.MistakesOf(() => Schema.Load(file))).IsSequence([$"{file}:1:7: text that is not UTF-8 is not allowed in a schema; remove it"]);
    }

    private async Task<Socket> MakeAllKinds()
    {
        await Assert.That(Programs.Run(Programs.Start("mkfifo", _folder, [], "pipe")).Status).IsEqualTo(0);
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
