using System.Runtime.InteropServices;

namespace FrameRpc.Gateway.Sockets.Buffers;

/// <summary>Anonymous memory straight from the kernel: pages cost nothing until they are touched, and are gone when unmapped.</summary>
internal static unsafe partial class MemoryMap
{
    private const int ProtReadWrite = 0x1 | 0x2;
    private const int MapPrivateAnonymous = 0x02 | 0x20;

    public static byte* Map(long bytes)
    {
        void* memory = mmap(null, (nuint)bytes, ProtReadWrite, MapPrivateAnonymous, -1, 0);
        if ((nint)memory == -1)
            throw new InsufficientMemoryException($"the kernel gave no {bytes} bytes: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastSystemError())}");
        return (byte*)memory;
    }

    public static void Unmap(byte* memory, long bytes) => _ = munmap(memory, (nuint)bytes);

    [LibraryImport("libc")]
    private static partial void* mmap(void* address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc")]
    private static partial int munmap(void* address, nuint length);
}
