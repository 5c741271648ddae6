namespace FrameRpc.Gateway.Configuration.Forms;

/// <summary>A user, a group, or both, as chown takes them. Whether there are such is the machine's to say.</summary>
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
        bool isRight = parts is [{ Length: > 0 }] or [_, { Length: > 0 }] && text.Length <= TextForm.CharsMax && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
        return isRight ? null : $"\"{text}\" is not an owner";
    }

    public override string Write(string value) => Quote(value);
}
