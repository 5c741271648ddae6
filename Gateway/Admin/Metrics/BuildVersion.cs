using System.Reflection;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>The version of this program, and its commit if the build knew it.</summary>
internal static class BuildVersion
{
    /// <summary><c>0.2.0</c>, or between two releases <c>0.2.1-dev.0.3</c>; then <c>+</c> and the commit.</summary>
    public static string WithCommit { get; } = typeof(BuildVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static string Version { get; } = WithCommit.Split('+')[0];

    /// <summary>Empty if unknown: in a build from neither a clone nor an archive.</summary>
    public static string Commit { get; } = WithCommit[Version.Length..].TrimStart('+');
}
