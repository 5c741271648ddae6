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

    /// <summary>Runs work of the control plane soon, on another thread than the caller's.</summary>
    public Action<Action> RunControl { get; init; } = static work => ThreadPool.UnsafeQueueUserWorkItem(static work => work(), work, preferLocal: false);

    /// <summary>Random numbers of each worker, by its number.</summary>
    public Func<int, Random> Random { get; init; } = _ => new Random();
}
