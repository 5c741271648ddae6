using FrameRpc.Protocol.Identity;
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
        Assert.Equal([$"{_folder}: there is no such file"], GivenSchema.MistakesOf(() => Schema.Load(_folder)));
    }

    [Fact]
    public void A_file_without_end_is_not_read_to_its_end() => Assert.Equal(
        ["/dev/zero: a schema may have 1048576 characters, with all that it includes, and this has more"],
        GivenSchema.MistakesOf(() => Schema.Load("/dev/zero")));

    [Fact]
    public void Bytes_that_are_no_text_are_told_where_they_stand()
    {
        string file = Path.Combine(_folder, "binary.fbs");
        File.WriteAllBytes(file, [.. "table "u8, 0xff, .. " {}"u8]);

        Assert.Equal([$"{file}:1:7: the character U+FFFD cannot stand in a schema; remove it"], GivenSchema.MistakesOf(() => Schema.Load(file)));
    }
}
