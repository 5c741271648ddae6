using System.Runtime.InteropServices;

namespace FrameRpc.Gateway.Sockets;

/// <summary>The user at the other end of a Unix socket, as recorded by the kernel when the connection was made, so it cannot be forged.</summary>
internal static unsafe partial class PeerUser
{
    public const uint Root = 0;

    private const int PeerCredentials = 17;

    /// <summary>Shown by the kernel for a user of another user namespace without a number in this one: it may be any user.</summary>
    private const uint Unmapped = 65534;

    /// <summary><c>struct ucred</c>: process, user and group, four bytes each.</summary>
    private const int CredentialBytes = 12, UserOffset = 4;

    /// <summary>The user's number; null if the descriptor is not a connected Unix socket.</summary>
    public static uint? Of(nint descriptor)
    {
        byte* credentials = stackalloc byte[CredentialBytes];
        uint length = CredentialBytes;
        if (!IsUnix((int)descriptor)
            || Libc.getsockopt((int)descriptor, Libc.SOL_SOCKET, PeerCredentials, credentials, &length) != 0 || length != CredentialBytes)
            return null;
        return *(uint*)(credentials + UserOffset);
    }

    /// <summary>
    /// Whether it is this process's user, or root, who could end the process anyway. A user without a number here is neither, even if the gateway
    /// itself has that number.
    /// </summary>
    public static bool IsOwnOrRoot(uint user) => user == Root || (user == EffectiveUser() && user != Unmapped);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    private static bool IsUnix(int descriptor)
    {
        ushort family;
        // The kernel writes as much of the address as there is room for.
        uint length = sizeof(ushort);
        return Libc.getsockname(descriptor, (byte*)&family, &length) == 0 && family == Libc.AF_UNIX;
    }
}
