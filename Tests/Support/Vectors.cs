namespace FrameRpc.Tests;

/// <summary>Traffic between the first implementations of the formats, captured on the wire. The .hex file of each explains it.</summary>
internal static class Vectors
{
    private static readonly string Folder = Path.Combine(Repository.Root, "Tests", "Vectors");

    /// <summary>Names as used by <see cref="Bytes"/>: <c>zrepl-echo.c2s</c>, the bytes from client to server, or <c>.s2c</c>.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetFiles(Folder, "*.bin").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".bin"));
}
