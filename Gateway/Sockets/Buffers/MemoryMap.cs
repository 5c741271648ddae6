using System.Runtime.InteropServices;

namespace FrameRpc.Gateway.Sockets.Buffers;

/// <summary>Source of the memory for buffers: the kernel, or in tests one that runs out.</summary>
internal interface IMemorySource
{
    /// <summary>New memory, zeroed; 0 if there is none.</summary>
    nint TryMap(long bytes);

    /// <summary>Returns memory from <see cref="TryMap"/>. False if that fails; the memory is then still usable.</summary>
    bool TryUnmap(nint memory, long bytes);
}

/// <summary>Anonymous memory from the kernel: pages cost nothing until they are touched, and are released when unmapped.</summary>
/// <remarks>
/// The kernel may refuse either: a limit on the address space (RLIMIT_AS), strict accounting (vm.overcommit_memory 2), or too many mappings
/// (vm.max_map_count); unmapping in the middle of a mapping splits it in two.
/// </remarks>
internal sealed unsafe partial class MemoryMap : IMemorySource
{
    private const int ProtReadWrite = 0x1 | 0x2;
    private const int MapPrivateAnonymous = 0x02 | 0x20;

    private MemoryMap()
    {
    }

    public static MemoryMap Kernel { get; } = new();

    public nint TryMap(long bytes)
    {
        nint memory = (nint)mmap(null, (nuint)bytes, ProtReadWrite, MapPrivateAnonymous, -1, 0);
        return memory == -1 ? 0 : memory;
    }

    public bool TryUnmap(nint memory, long bytes) => munmap((void*)memory, (nuint)bytes) == 0;

    [LibraryImport("libc")]
    private static partial void* mmap(void* address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc")]
    private static partial int munmap(void* address, nuint length);
}
