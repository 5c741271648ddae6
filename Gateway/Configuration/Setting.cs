namespace FrameRpc.Gateway.Configuration;

/// <summary>What was read for an option, and where.</summary>
/// <remarks>After a mistake the value is a placeholder, so that checking can go on; it never leaves the binder.</remarks>
internal readonly record struct Setting<T>(T Value, SettingState State, Origin Origin, string Path)
{
    /// <summary>Something is written, be it right or wrong.</summary>
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
