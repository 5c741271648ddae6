using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Architecture;

/// <summary>What programs can name of the library is written down, so that no change of it goes unseen.</summary>
public sealed class PublicSurfaceTests
{
    private const string File = "Protocol/PublicAPI.Shipped.txt";

    /// <summary>Set to write the file anew: <c>FRPC_WRITE_PUBLIC_API=1 ./test.sh '*PublicSurface*'</c>.</summary>
    private const string Write = "FRPC_WRITE_PUBLIC_API";

    [Test]
    public async Task The_public_surface_is_the_one_that_was_shipped()
    {
        IReadOnlyList<string> now = PublicSurface.Of(typeof(FrameHeader).Assembly);
        string path = Path.Combine(Repository.Root, File);
        if (Environment.GetEnvironmentVariable(Write) is not null)
            System.IO.File.WriteAllLines(path, now);
        string[] shipped = System.IO.File.ReadAllLines(path);
        string[] changes = [.. shipped.Except(now).Select(line => $"gone: {line}"), .. now.Except(shipped).Select(line => $"new:  {line}")];
        await Assert.That(changes.Length == 0).IsTrue()
            .Because($"{File} does not say what is public now; if the change is meant, write it anew with {Write}=1\n{string.Join('\n', changes)}");
    }
}
