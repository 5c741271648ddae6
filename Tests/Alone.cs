using Xunit;

namespace FrameRpc.Tests;

/// <summary>
/// Tests that count what their thread allocates. They run when no other test does, because a collection that another
/// thread causes takes the rest of this thread's allocation context away, and the runtime counts that rest as allocated.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
#pragma warning disable CA1052 // xunit wants a class that it could make.
public sealed class Alone;
#pragma warning restore CA1052
