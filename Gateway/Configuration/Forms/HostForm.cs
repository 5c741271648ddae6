using System.Net;
using System.Net.Sockets;

namespace FrameRpc.Gateway.Configuration.Forms;

/// <summary>The name or the IP address of a host, as the Host header of HTTP has it, without a port.</summary>
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

    private static bool IsName(string text) => text.Length is > 0 and <= TextForm.CharsMax && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static bool IsAddress(string text) =>
        text.StartsWith('[') && text.EndsWith(']') && IPAddress.TryParse(text[1..^1], out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6;
}
