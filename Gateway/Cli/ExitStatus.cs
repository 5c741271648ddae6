namespace FrameRpc.Gateway.Cli;

/// <summary>What the program tells its caller.</summary>
internal static class ExitStatus
{
    public const int Fine = 0;
    public const int Failed = 1;
    /// <summary>Wrong usage or configuration: trying again will not help.</summary>
    public const int Wrong = 2;
}
