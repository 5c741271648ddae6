namespace FrameRpc.Gateway.Workers;

/// <summary>How large bodies pass from one connection to the other.</summary>
internal enum RelayMode
{
    /// <summary>Whichever was measured to be faster for a body of its size.</summary>
    Auto,
    /// <summary>From socket to socket inside the kernel, through a pipe.</summary>
    Splice,
    /// <summary>Through this process's memory.</summary>
    Copy,
}

/// <summary>When a body is spliced.</summary>
internal sealed record RelayPolicy
{
    /// <summary>TODO measure</summary>
    public const int SpliceBytesMinDefault = 128 * 1024;

    /// <summary>Nothing is spliced: for loops in which nothing is passed on.</summary>
    public static RelayPolicy CopyAll { get; } = new() { Mode = RelayMode.Copy, SpliceBytesMin = int.MaxValue, PipesMax = 0 };

    public required RelayMode Mode { get; init; }

    /// <summary>What is still to come of a body must be at least this long to be spliced.</summary>
    public required long SpliceBytesMin { get; init; }

    /// <summary>Pipes of one worker. Each has two file descriptors and holds up to 1 MiB of the kernel's memory while it is used.</summary>
    public required int PipesMax { get; init; }
}
