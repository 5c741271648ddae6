using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Gateway.Hosting;

/// <summary>What a gateway takes from the machine that it runs on. Tests play one from a seed.</summary>
internal sealed record Machine
{
    public INetworkStack Network { get; init; } = new KernelNetworkStack();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where buffers come from; null for the kernel.</summary>
    public IMemorySource? Memory { get; init; }

    /// <summary>All chance of one worker, by its number.</summary>
    public Func<int, Random> Random { get; init; } = _ => new Random();
}
