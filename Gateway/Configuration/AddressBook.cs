using System.Text;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Configuration;

/// <summary>The addresses that the gateway listens on: each may be taken once.</summary>
internal sealed class AddressBook
{
    private readonly Dictionary<string, (string Owner, Origin Origin)> _taken = new(StringComparer.OrdinalIgnoreCase);

    public void Add(OptionSection section, Setting<Address> address, string owner)
    {
        // With port 0 the kernel chooses another port each time.
        if (!address.IsRight || address.Value is TcpAddress { Port: 0 })
            return;
        if (!_taken.TryAdd(KeyOf(address.Value), (owner, address.Origin)))
        {
            (string other, Origin origin) = _taken[KeyOf(address.Value)];
            section.Refuse(address, $"{address.Value} is already the address of {other} at {origin}");
        }
    }

    /// <summary>Host names are compared without case, and a path as it is.</summary>
    private static string KeyOf(Address address) =>
        address is UnixAddress unix ? $"unix:{Convert.ToHexString(Encoding.UTF8.GetBytes(unix.Path))}" : address.ToString();
}
