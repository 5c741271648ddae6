using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Tests that load the machine, or take much of what it allows a process to open: one at a time, and beside no others.</summary>
[CollectionDefinition(nameof(Heavy), DisableParallelization = true)]
#pragma warning disable CA1052 // xunit wants a class that it could make.
public sealed class Heavy
#pragma warning restore CA1052
{
    public const long MiB = 1024 * 1024;

    public const long GiB = 1024 * MiB;
}
