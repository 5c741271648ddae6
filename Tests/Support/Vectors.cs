namespace FrameRpc.Tests;

/// <summary>What the formats' first implementations put on the wire, captured between them. The .hex file beside each says what it shows.</summary>
internal static class Vectors
{
    private static readonly string Folder = Path.Combine(Repository.Root, "Tests", "Vectors");

    /// <summary>Names as <see cref="Bytes"/> takes them: <c>zrepl-echo.c2s</c>, the bytes from client to server, or <c>.s2c</c>.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*.bin").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".bin"));
}
