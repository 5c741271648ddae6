namespace FrameRpc.Gateway.Configuration;

/// <summary>The value read for an option, and its source.</summary>
/// <remarks>If there was an error the value is a placeholder, so that checking can continue. It never leaves the binder.</remarks>
internal readonly record struct Setting<T>(T Value, SettingState State, Origin Origin, string Path)
{
    /// <summary>A value is written, valid or not.</summary>
    public bool IsWritten => State is not SettingState.Absent;

    /// <summary>The value may be compared with others.</summary>
    public bool IsRight => State is SettingState.Right;

    public T Or(T fallback) => IsRight ? Value : fallback;
}

internal enum SettingState
{
    Absent,
    Right,
    Mistaken,
}

/// <summary>The kind of a value in the configuration: a kind of JSON token, or text from an environment variable.</summary>
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
