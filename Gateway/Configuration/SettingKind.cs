namespace FrameRpc.Gateway.Configuration;

/// <summary>What stands at a place of the configuration: a kind of JSON token, or text from an environment variable.</summary>
internal enum SettingKind
{
    Absent,
    Variable,
    String,
    Number,
    Boolean,
    Null,
    Object,
    Array,
}

internal static class SettingKinds
{
    /// <summary>The kind as the middle of the sentence "NAME … ; write …".</summary>
    public static string Describe(this SettingKind kind) => kind switch
    {
        SettingKind.Absent => "missing",
        SettingKind.Variable => "is a single value",
        SettingKind.String => "is a string",
        SettingKind.Number => "is a number",
        SettingKind.Boolean => "is a boolean",
        SettingKind.Null => "is null",
        SettingKind.Object => "is an object",
        SettingKind.Array => "is a list",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
