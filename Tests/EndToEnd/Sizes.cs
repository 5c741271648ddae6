namespace FrameRpc.Tests.EndToEnd;

internal static class Sizes
{
    public const long MiB = 1024 * 1024;

    public const long GiB = 1024 * MiB;
}
