namespace FrameRpc.Tests.EndToEnd;

/// <summary>Another machine, as far as the network goes: a namespace of its own, joined to this one by a virtual cable.</summary>
internal sealed class OtherMachine : IDisposable
{
    private static int _count;

    private readonly string _name;

    private OtherMachine(string name) => _name = name;

    /// <summary>This machine, as the other one reaches it.</summary>
    public const string HereAddress = "10.254.117.1";

    public const string ThereAddress = "10.254.117.2";

    /// <summary>Null where namespaces cannot be made: that takes root's rights and iproute2.</summary>
    public static OtherMachine? TryCreate()
    {
        string name = $"frpc{Environment.ProcessId % 10_000}x{Interlocked.Increment(ref _count)}";
        string commands = $"""
            ip netns add {name}
            ip link add {name} type veth peer name eth0 netns {name}
            ip address add {HereAddress}/30 dev {name}
            ip link set {name} up
            ip -n {name} address add {ThereAddress}/30 dev eth0
            ip -n {name} link set eth0 up
            """;
        var machine = new OtherMachine(name);
        if (Shell(commands).Status == 0)
            return machine;
        machine.Dispose();
        return null;
    }

    /// <summary>Sends one request from there, and returns the reply as it comes.</summary>
    public string Ask(string address, string request)
    {
        string[] hostAndPort = address.Split(':');
        return Shell($"ip netns exec {_name} bash -c 'exec 3<>/dev/tcp/{hostAndPort[0]}/{hostAndPort[1]}; printf \"{request}\" >&3; cat <&3'").Output;
    }

    public void Dispose() => Shell($"ip netns del {_name} || true; ip link del {_name} || true");

    private static Result Shell(string commands) => Programs.Run(Programs.Start("bash", Path.GetTempPath(), [], "-euc", commands));
}
