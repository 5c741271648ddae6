using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration.Forms;

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
