namespace FrameRpc.Gateway.Configuration.Forms;

/// <summary>Yes or no.</summary>
internal sealed class FlagForm : ValueForm<bool>
{
    public override string Phrase => "true or false";

    public override bool Takes(SettingKind kind) => kind is SettingKind.Boolean;

    public override string? Read(string text, SettingKind kind, out bool value)
    {
        // IConfiguration writes a JSON true as "True".
        value = text.Equals("true", StringComparison.OrdinalIgnoreCase);
        return value || text.Equals("false", StringComparison.OrdinalIgnoreCase) ? null : $"unknown value \"{text}\"";
    }

    public override string Write(bool value) => value ? "true" : "false";
}
