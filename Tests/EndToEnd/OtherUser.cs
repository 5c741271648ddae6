using System.Diagnostics;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Programs run by a user who is not root and owns nothing. Only root can become one.</summary>
internal static class OtherUser
{
    public const uint Number = 65534;

    /// <summary>The gateway's binary, with words.</summary>
    public static Process Start(string workingDirectory, params string[] args) => StartProgram(workingDirectory, [Copy.Value, .. args]);

    public static Process StartProgram(string workingDirectory, params string[] command) =>
        Binary.StartProgram("setpriv", workingDirectory, [], ["--reuid", $"{Number}", "--regid", $"{Number}", "--clear-groups", .. command]);

    /// <summary>The repository may be in a folder that others may not search.</summary>
    private static readonly Lazy<string> Copy = new(() =>
    {
        string path = Path.Combine(GatewayProcess.NewFolder(), "frpc-gateway");
        File.Copy(Binary.Path, path);
        FileSystem.ChangeMode(Path.GetDirectoryName(path)!, (UnixFileMode)0b111_101_101);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        return path;
    });
}
