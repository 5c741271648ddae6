using System.Net.Sockets;
using System.Net;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration.Forms;

internal sealed class TextForm : ValueForm<string>
{
    /// <summary>Far longer than the names in use; keeps tables, logs and metrics readable.</summary>
    public const int CharsMax = 255;

    public override string Phrase => $"a string of 1 to {CharsMax} characters";

    public override bool Takes(SettingKind kind) => kind is SettingKind.String;

    public override string? Read(string text, SettingKind kind, out string value)
    {
        value = text;
        return text.Length == 0 ? "is empty"
            : text.Length > CharsMax ? $"has {text.Length} characters"
            : text.Any(char.IsControl) ? $"\"{text}\" contains a control character"
            : null;
    }

    public override string Write(string value) => Quote(value);
}

/// <summary>The name or IP address of a host, without a port, as in the Host header.</summary>
internal sealed class HostForm : ValueForm<string>
{
    public override string Phrase => $"{Summary}, such as \"gateway.internal\", \"10.0.0.7\" or \"[::1]\"";

    public override string Summary => "a host without a port";

    public override bool Takes(SettingKind kind) => kind is SettingKind.String;

    public override string? Read(string text, SettingKind kind, out string value)
    {
        value = text;
        return IsName(text) || IsAddress(text) ? null : $"\"{text}\" is not the name or the address of a host";
    }

    public override string Write(string value) => Quote(value);

    private static bool IsName(string text) => text.Length is > 0 and <= TextForm.CharsMax
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static bool IsAddress(string text) =>
        text.StartsWith('[') && text.EndsWith(']') && IPAddress.TryParse(text[1..^1], out IPAddress? address)
        && address.AddressFamily == AddressFamily.InterNetworkV6;
}

/// <summary>A request id, in hexadecimal or decimal.</summary>
internal sealed class RequestIdForm : ValueForm<RequestId>
{
    /// <summary>The id in a string as a regular expression, for the schema.</summary>
    public const string Pattern = "^(0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10})$";

    public override string Phrase => $"{Summary}, such as \"0x6ad4023d\", \"1792279101\" or 1792279101";

    public override string Summary => "an id from 1 to 0xffffffff";

    public override bool Takes(SettingKind kind) => kind is SettingKind.String or SettingKind.Number;

    public override string? Read(string text, SettingKind kind, out RequestId value)
    {
        if (!RequestId.TryParse(text, out value))
            return $"{(kind is SettingKind.Number ? text : $"\"{text}\"")} is not a request id";
        return value.Value == 0 ? "0 is not a request id, because servers close the connection on it" : null;
    }

    public override string Write(RequestId value) => $"\"{value}\"";
}
