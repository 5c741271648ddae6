using System.Diagnostics;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Programs run by a user who is not root and owns nothing. Only root can become one.</summary>
internal static class OtherUser
{
    public const uint Number = 65534;

    /// <summary>The repository may be in a folder that others may not search.</summary>
    private static readonly Lazy<string> Copy = new(CopyBinary);

    /// <summary>The gateway's binary, with words.</summary>
    public static Process Start(uint user, string workingDirectory, params string[] args) => StartProgram(user, workingDirectory, [Copy.Value, .. args]);

    public static Process StartProgram(uint user, string workingDirectory, string[] command) =>
        Programs.Start("setpriv", workingDirectory, [], ["--reuid", $"{user}", "--regid", $"{user}", "--clear-groups", .. command]);

    private static string CopyBinary()
    {
        string folder = TestNetwork.NewFolder();
        FileSystem.ChangeMode(folder, (UnixFileMode)0b111_101_101);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        string path = Path.Combine(folder, "frpc-gateway");
        File.Copy(Binary.Path, path);
        return path;
    }
}
