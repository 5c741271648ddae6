namespace FrameRpc.Gateway.Configuration.Forms;

/// <summary>Who may do what with a file: three octal digits, with a 0 before them as chmod's manual writes them, or without.</summary>
internal sealed class ModeForm : ValueForm<UnixFileMode>
{
    /// <summary>The form as a regular expression, for the schema.</summary>
    public const string Pattern = "^0?[0-7]{3}$";

    private const int Base = 8, Digits = 3;

    public override string Phrase => $"{Summary}, such as \"0660\" or \"0666\"";

    public override string Summary => "an octal mode from \"0000\" to \"0777\"";

    /// <summary>A number would be a decimal one, and 660 another mode.</summary>
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
