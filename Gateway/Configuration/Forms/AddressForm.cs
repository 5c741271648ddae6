using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Configuration.Forms;

/// <summary>An address to listen on, or the address of a server.</summary>
internal sealed class AddressForm : ValueForm<Address>
{
    private readonly bool _listens;

    private AddressForm(bool listens) => _listens = listens;

    public static AddressForm ToListenOn { get; } = new(listens: true);

    public static AddressForm OfServer { get; } = new(listens: false);

    public override string Phrase => _listens
        ? "\"127.0.0.1:11225\", \"[::1]:11225\", \"name:port\" or \"unix:/run/x.sock\""
        : "\"127.0.0.1:11225\", \"[::1]:11225\", \"name:port\", \"unix:/run/x.sock\" or \"demo:echo\"";

    public override string Summary => _listens ? "an address to listen on" : "the address of a server";

    public override bool Takes(SettingKind kind) => kind is SettingKind.String;

    public override string? Read(string text, SettingKind kind, out Address value)
    {
        value = DemoAddress.Instance;
        if (!Address.TryParse(text, out Address? address, out string? problem))
            return problem;
        value = address;
        return address switch
        {
            DemoAddress when _listens => "\"demo:echo\" is an embedded server, for the servers of a backend, and cannot be listened on",
            TcpAddress { Port: 0 } when !_listens => $"\"{text}\" has port 0, which no server listens on",
            _ => null,
        };
    }

    public override string Write(Address value) => Quote(value.ToString());
}
