using System.Globalization;
using System.Runtime.InteropServices;

namespace FrameRpc.Gateway.Sockets;

/// <summary>The user and group to give a file to, as numbers; null leaves it unchanged.</summary>
internal sealed unsafe partial record FileOwner(uint? User, uint? Group)
{
    /// <summary>−1: no change, for the kernel.</summary>
    public const uint Unchanged = uint.MaxValue;

    /// <summary>Buffer for an entry of the user database; LDAP entries may be long.</summary>
    private const int EntryBytesFirst = 4096, EntryBytesMax = 1 << 20;

    private const int RangeExceeded = 34;

    /// <summary><c>struct passwd</c> begins with two pointers and the user's number, <c>struct group</c> with two pointers and the group's.</summary>
    private const int RecordBytes = 64, NumberOffset = 16;

    private delegate int Lookup(byte* name, byte* record, byte* entry, nuint entryBytes, byte** found);

    /// <summary>
    /// Parses <c>user</c>, <c>user:group</c> or <c>:group</c>, names or numbers. Names are resolved as by the system (/etc/passwd, LDAP …); without a
    /// user database, as in a container, only numbers can be used.
    /// </summary>
    /// <returns>What is wrong with it, or null.</returns>
    public static string? Resolve(string text, out FileOwner owner)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string user = colon < 0 ? text : text[..colon], group = colon < 0 ? "" : text[(colon + 1)..];
        owner = new FileOwner(null, null);
        if (user.Length > 0)
            owner = owner with { User = Number(user, LookUpUser) };
        if (group.Length > 0)
            owner = owner with { Group = Number(group, LookUpGroup) };
        return user.Length > 0 && owner.User is null ? $"user \"{user}\" does not exist on this machine; write an existing user, or its number"
            : group.Length > 0 && owner.Group is null ? $"group \"{group}\" does not exist on this machine; write an existing group, or its number"
            : null;
    }

    private static uint? Number(string text, Lookup lookup) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number != Unchanged ? number : Find(text, lookup);

    private static uint? Find(string name, Lookup lookup)
    {
        byte* record = stackalloc byte[RecordBytes];
        byte* found = null;
        var text = (byte*)Marshal.StringToCoTaskMemUTF8(name);
        try
        {
            for (int bytes = EntryBytesFirst; bytes <= EntryBytesMax; bytes *= 4)
            {
                fixed (byte* entry = new byte[bytes])
                {
                    if (lookup(text, record, entry, (nuint)bytes, &found) != RangeExceeded)
                        return found is null ? null : *(uint*)(record + NumberOffset);
                }
            }
            return null;
        }
        finally
        {
            Marshal.FreeCoTaskMem((nint)text);
        }
    }

    [LibraryImport("libc", EntryPoint = "getpwnam_r")]
    private static partial int LookUpUser(byte* name, byte* record, byte* entry, nuint entryBytes, byte** found);

    [LibraryImport("libc", EntryPoint = "getgrnam_r")]
    private static partial int LookUpGroup(byte* name, byte* record, byte* entry, nuint entryBytes, byte** found);
}
