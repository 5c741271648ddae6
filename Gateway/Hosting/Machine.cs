using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Buffers;

namespace FrameRpc.Gateway.Hosting;

/// <summary>What a gateway uses of its machine. Tests replace it with a simulated one.</summary>
internal sealed record Machine
{
    public INetworkStack Network { get; init; } = new KernelNetworkStack();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Source of buffers; null for the kernel.</summary>
    public IMemorySource? Memory { get; init; }

    /// <summary>Random numbers of each worker, by its number.</summary>
    public Func<int, Random> Random { get; init; } = _ => new Random();
}
