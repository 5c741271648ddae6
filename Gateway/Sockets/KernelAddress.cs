using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FrameRpc.Gateway.Sockets;

/// <summary>An address in the kernel's form.</summary>
/// <remarks>
/// Layouts: <c>sockaddr_in</c> family(2, native) port(2, big endian) address(4) zero(8); <c>sockaddr_in6</c> family(2) port(2) flow(4) address(16)
/// scope(4); <c>sockaddr_un</c> family(2) path(108, zero-terminated).
/// </remarks>
internal sealed class KernelAddress
{
    private const int InBytes = 16, In6Bytes = 28, UnPathStart = 2;

    /// <summary>Room for an address of either IP version.</summary>
    public const int TcpBytesMax = In6Bytes;

    private readonly byte[] _bytes;

    private KernelAddress(int family, byte[] bytes)
    {
        Family = family;
        _bytes = bytes;
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes, (ushort)family);
    }

    public int Family { get; }

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Control plane only, because resolving a name blocks.</summary>
    /// <exception cref="SocketException">The host name is unknown.</exception>
    public static KernelAddress Resolve(Address address) => address switch
    {
        TcpAddress tcp => Of(ResolveHost(tcp.Host), tcp.Port),
        UnixAddress unix => OfPath(unix.Path),
        _ => throw new ArgumentException($"{address} has no socket address", nameof(address)),
    };

    public static KernelAddress Of(IPAddress host, int port)
    {
        bool v4 = host.AddressFamily == AddressFamily.InterNetwork;
        byte[] bytes = new byte[v4 ? InBytes : In6Bytes];
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)port);
        host.TryWriteBytes(bytes.AsSpan(v4 ? 4 : 8), out _);
        if (!v4)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), (uint)host.ScopeId);
        return new KernelAddress(v4 ? Libc.AF_INET : Libc.AF_INET6, bytes);
    }

    /// <summary>An address of either IP version for people: <c>127.0.0.1:50000</c>, <c>[::1]:50000</c>.</summary>
    public static string Describe(ReadOnlySpan<byte> address)
    {
        bool v4 = BinaryPrimitives.ReadUInt16LittleEndian(address) == Libc.AF_INET;
        return new IPEndPoint(new IPAddress(v4 ? address.Slice(4, 4) : address.Slice(8, 16)), BinaryPrimitives.ReadUInt16BigEndian(address[2..])).ToString();
    }

    private static KernelAddress OfPath(string path)
    {
        byte[] bytes = new byte[UnPathStart + Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, bytes.AsSpan(UnPathStart));
        return new KernelAddress(Libc.AF_UNIX, bytes);
    }

    private static IPAddress ResolveHost(string host) =>
        IPAddress.TryParse(host, out IPAddress? literal) ? literal
        : Dns.GetHostAddresses(host) is [IPAddress first, ..] ? first
        : throw new SocketException((int)SocketError.HostNotFound);
}

/// <summary>
/// Servers' addresses in the kernel's form, resolved in advance, because a lookup blocks and a worker must not. Added to by the control plane, read
/// by workers.
/// </summary>
internal sealed class ResolvedAddresses
{
    private readonly ConcurrentDictionary<Address, KernelAddress> _known = new();

    /// <exception cref="SocketException">A name cannot be resolved.</exception>
    public ResolvedAddresses(params ReadOnlySpan<Address> addresses)
    {
        foreach (Address address in addresses)
            Add(address);
    }

    public KernelAddress this[Address address] => _known[address];

    /// <exception cref="SocketException">The name cannot be resolved.</exception>
    public void Add(Address address) => _known[address] = KernelAddress.Resolve(address);
}
