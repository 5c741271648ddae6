namespace FrameRpc.Gateway.Configuration.Forms;

/// <summary>A name.</summary>
internal sealed class TextForm : ValueForm<string>
{
    /// <summary>Far over the names in use; it keeps tables, logs and metrics readable.</summary>
    public const int CharsMax = 255;

    public override string Phrase => $"a string of 1 to {CharsMax} characters";

    public override bool Takes(SettingKind kind) => kind is SettingKind.String;

    public override string? Read(string text, SettingKind kind, out string value)
    {
        value = text;
        return text.Length == 0 ? "is empty"
            : text.Length > CharsMax ? $"has {text.Length} characters"
            : text.Any(char.IsControl) ? $"\"{text}\" has a control character in it"
            : null;
    }

    public override string Write(string value) => Quote(value);
}
