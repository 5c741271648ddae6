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

/// <summary>The mode of a file: three octal digits, optionally after a 0, as in chmod's manual.</summary>
internal sealed class ModeForm : ValueForm<UnixFileMode>
{
    /// <summary>The form as a regular expression, for the schema.</summary>
    public const string Pattern = "^0?[0-7]{3}$";

    private const int Base = 8, Digits = 3;

    public override string Phrase => $"{Summary}, such as \"0660\" or \"0666\"";

    public override string Summary => "an octal mode from \"0000\" to \"0777\"";

    /// <summary>A JSON number is decimal, so 660 would be a different mode.</summary>
    public override bool Takes(SettingKind kind) => kind is SettingKind.String;

    public override string? Read(string text, SettingKind kind, out UnixFileMode value)
    {
        value = default;
        string digits = text.Length == Digits + 1 && text[0] == '0' ? text[1..] : text;
        if (digits.Length != Digits || digits.Any(digit => digit is < '0' or > '7'))
            return $"\"{text}\" is not a mode";
        value = (UnixFileMode)Convert.ToInt32(digits, Base);
        return null;
    }

    public override string Write(UnixFileMode value) => $"\"0{Convert.ToString((int)value, Base).PadLeft(Digits, '0')}\"";
}

/// <summary>A user, a group, or both, as for chown. Whether they exist is checked on the machine.</summary>
internal sealed class OwnerForm : ValueForm<string>
{
    /// <summary>The form as a regular expression, for the schema.</summary>
    public const string Pattern = "^([^:]+(:[^:]+)?|:[^:]+)$";

    public override string Phrase => $"{Summary}, such as \"frpc\", \"frpc:callers\", \":callers\" or \"1000:1000\"";

    public override string Summary => "a user and a group, names or numbers";

    public override bool Takes(SettingKind kind) => kind is SettingKind.String;

    public override string? Read(string text, SettingKind kind, out string value)
    {
        value = text;
        string[] parts = text.Split(':');
        bool isRight = parts is [{ Length: > 0 }] or [_, { Length: > 0 }]
            && text.Length <= TextForm.CharsMax && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
        return isRight ? null : $"\"{text}\" is not an owner";
    }

    public override string Write(string value) => Quote(value);
}
