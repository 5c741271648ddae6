namespace FrameRpc.Tests;

/// <summary>Files at the root of the repository, which are shipped unchanged.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Root, name));

    private static string FindRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "FrameRpc.sln")))
            directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
