namespace FrameRpc.Gateway.Sockets.Pipes;

/// <summary>How large bodies are forwarded.</summary>
internal enum RelayMode
{
    /// <summary>As <see cref="Splice"/>, except where copying was measured to be faster.</summary>
    Auto,
    /// <summary>From socket to socket inside the kernel, through a pipe.</summary>
    Splice,
    /// <summary>Through this process's memory.</summary>
    Copy,
}

/// <summary>When a body is spliced.</summary>
internal sealed record RelayPolicy
{
    /// <summary>
    /// Below this, copying is cheaper. bench/relay.sh, smf bodies over loopback, CPU µs per call, copied and spliced, where the first 128 KiB of a
    /// body arrive with its header and are copied in any case: 128 KiB 111 and 120, 192 KiB 237 and 213, 256 KiB 286 and 211, 1 MiB 777 and 659, 4
    /// MiB 3,421 and 1,048.
    /// </summary>
    public const int SpliceBytesMinDefault = 64 * 1024;

    /// <summary>Never splices: for loops that forward no bodies.</summary>
    public static RelayPolicy CopyAll { get; } = new() { Mode = RelayMode.Copy, SpliceBytesMin = int.MaxValue, PipesMax = 0 };

    public required RelayMode Mode { get; init; }

    /// <summary>The minimum of what is still to come of a body for splicing it.</summary>
    public required long SpliceBytesMin { get; init; }

    /// <summary>Pipes of one worker. Each has two file descriptors and holds up to 1 MiB of kernel memory while it is used.</summary>
    public required int PipesMax { get; init; }
}
