using System.Runtime.InteropServices;

namespace FrameRpc.Gateway.Sockets;

/// <summary>Random bytes for secrets, from the kernel: .NET's own use OpenSSL, which neither the binary nor the image has.</summary>
internal static unsafe partial class Entropy
{
    /// <summary>The most that the kernel returns whole, even if interrupted.</summary>
    private const int BytesMax = 256;

    public static byte[] Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, BytesMax);
        byte[] bytes = new byte[count];
        fixed (byte* start = bytes)
        {
            if (FromKernel(start, (nuint)count, 0) != count)
                throw new IOException($"getrandom: {Libc.Describe(Libc.Errno)}");
        }
        return bytes;
    }

    [LibraryImport("libc", EntryPoint = "getrandom")]
    private static partial nint FromKernel(byte* buffer, nuint length, uint flags);
}
