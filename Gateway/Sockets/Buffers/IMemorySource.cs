namespace FrameRpc.Gateway.Sockets.Buffers;

/// <summary>Where the memory of buffers comes from: the kernel in the product, one that runs out in tests.</summary>
internal interface IMemorySource
{
    /// <summary>New memory, all zeros; 0 where there is none.</summary>
    nint TryMap(long bytes);

    /// <summary>Gives back what <see cref="TryMap"/> gave. False where that cannot be: then it is still there, and still usable.</summary>
    bool TryUnmap(nint memory, long bytes);
}
