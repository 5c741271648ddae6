using System.Reflection;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>What this program was built from: the version, and the commit where the build knew it.</summary>
internal static class BuildVersion
{
    /// <summary><c>0.2.0</c>, or between two releases <c>0.2.1-dev.0.3</c>; then <c>+</c> and the commit.</summary>
    public static string WithCommit { get; } = typeof(BuildVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static string Version { get; } = WithCommit.Split('+')[0];

    /// <summary>Empty where it is not known: in a build of neither a clone nor an archive.</summary>
    public static string Commit { get; } = WithCommit[Version.Length..].TrimStart('+');
}
