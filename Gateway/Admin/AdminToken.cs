using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FrameRpc.Gateway.Sockets;
using Microsoft.Win32.SafeHandles;

namespace FrameRpc.Gateway.Admin;

/// <summary>The secret that authorizes requests to drain and stop, read from <c>admin.tokenFile</c>.</summary>
/// <remarks>The file holds one line of printable ASCII without spaces, because the token is sent in a header.</remarks>
internal sealed class AdminToken
{
    /// <summary>A shorter token could be guessed.</summary>
    public const int CharsMin = 16;

    public const int CharsMax = 512;

    private const int RandomBytes = 32;

    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly byte[] _padded;

    private AdminToken(string text) => _padded = Pad(text);

    /// <summary>
    /// Reads the token; with <paramref name="create"/>, creates the file first if it does not exist. An existing file is never overwritten.
    /// </summary>
    /// <exception cref="IOException">There is no usable token; the message says why and what to do.</exception>
    public static AdminToken Open(string path, bool create)
    {
        if (create && FileSystem.KindOf(path) == FileKind.None)
            Create(path);
        return new AdminToken(ReadSafe(path));
    }

    /// <summary>Returns what would make <see cref="Open"/> fail, as far as can be known without creating the file; or null.</summary>
    public static string? FindProblem(string path, bool create)
    {
        if (create && FileSystem.KindOf(path) == FileKind.None)
            return FindFolderProblem(path);
        try
        {
            _ = ReadSafe(path);
            return null;
        }
        catch (IOException problem)
        {
            return problem.Message;
        }
    }

    /// <summary>For clients of a gateway: reads the token without checking who else can read it.</summary>
    /// <exception cref="IOException">It cannot be read; the message says why.</exception>
    public static string ReadText(string path) => Read(path, RequireRegular);

    /// <summary>Compares in constant time, so that timing does not reveal how much of a guess is right.</summary>
    /// <remarks>
    /// Both texts are padded to the same length with zeros, which no token contains. Comparing hashes would do as well, but in .NET they need
    /// OpenSSL, which neither the binary nor the image has.
    /// </remarks>
    public bool Matches(string presented) => FindProblem(presented) is null && CryptographicOperations.FixedTimeEquals(Pad(presented), _padded);

    private static byte[] Pad(string text)
    {
        byte[] padded = new byte[CharsMax];
        Encoding.ASCII.GetBytes(text, padded);
        return padded;
    }

    private static string ReadSafe(string path) => FileSystem.KindOf(path) != FileKind.None
        ? Read(path, RequireSafe)
        : throw new IOException($"{path} does not exist; create it, readable by the gateway's user only, or set \"createToken\": true");

    private static string Read(string path, Action<FileFacts, string> require)
    {
        using SafeFileHandle file = OpenFile(path);
        require(FileSystem.Look(file)!.Value, path);
        byte[] bytes = new byte[CharsMax + Environment.NewLine.Length + 1];
        int read = RandomAccess.Read(file, bytes, fileOffset: 0);
        string text = Encoding.Latin1.GetString(bytes, 0, read).TrimEnd('\r', '\n');
        return FindProblem(text) is { } problem
            ? throw new IOException($"the token in {path} {problem}; write one line of {CharsMin} to {CharsMax} printable characters without spaces, "
                + "for example the output of \"openssl rand -hex 32\"")
            : text;
    }

    private static SafeFileHandle OpenFile(string path)
    {
        // Opening a device may have side effects.
        if (FileSystem.KindOf(path) is not (FileKind.Regular or FileKind.None))
            throw new IOException(NotRegular(path));
        try
        {
            return FileSystem.OpenWithoutWaiting(path);
        }
        catch (IOException problem)
        {
            throw new IOException($"{path} cannot be read: {problem.Message}", problem);
        }
    }

    private static void RequireRegular(FileFacts file, string path)
    {
        if (file.Kind != FileKind.Regular)
            throw new IOException(NotRegular(path));
    }

    /// <summary>Every user who can read the file, or owns it, may know the token.</summary>
    private static void RequireSafe(FileFacts file, string path)
    {
        RequireRegular(file, path);
        if (file.Owner != PeerUser.EffectiveUser() && file.Owner != PeerUser.Root)
            {
                throw new IOException(string.Create(CultureInfo.InvariantCulture,
                    $"{path} belongs to user {file.Owner}, who therefore knows the token; "
                    + $"it must belong to the gateway's user ({PeerUser.EffectiveUser()}) or root: "
                    + $"chown it and write a new token to it"));
            }
        if ((file.Mode & Others) != 0)
            {
                throw new IOException($"{path} is accessible to other users (mode 0{Convert.ToString((int)file.Mode, toBase: 8).PadLeft(3, '0')}); "
                    + $"chmod 600 {path}, and write a new token to it if it may have been read");
            }
    }

    private static string NotRegular(string path) => $"{path} is not a regular file; name a regular file, or a new path with \"createToken\": true";

    private static string? FindProblem(string text) =>
        text.Length == 0 ? "is empty"
        : text.Any(c => c is <= ' ' or > '~') ? "has a character that is not allowed, or more than one line"
        : text.Length > CharsMax ? "is too long"
        : text.Length < CharsMin ? $"has only {text.Length} characters"
        : null;

    private static string? FindFolderProblem(string path)
    {
        string folder = FolderOf(path);
        return !Directory.Exists(folder) ? $"the directory {folder} does not exist, so no token can be created in it"
            : FileSystem.IsWritable(folder) ? null
            : NotWritable(path, "the directory cannot be written to");
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";

    private static string NotWritable(string path, string reason) =>
        $"{path} cannot be created: {reason}; name a file in a directory that the gateway can write to, such as /run/frpc, "
        + "or create the file yourself, readable by the gateway's user only";

    /// <summary>
    /// Writes the file under another name first, so that readers find either no token or a whole one, and two gateways that start at once use the
    /// same.
    /// </summary>
    private static void Create(string path)
    {
        string made = Path.Combine(FolderOf(path), $".{Path.GetFileName(path)}.{Convert.ToHexStringLower(Entropy.Take(sizeof(uint)))}");
        try
        {
            WriteRandom(made);
            FileSystem.AddName(made, path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            if (FileSystem.KindOf(path) == FileKind.None)
                throw new IOException(FindFolderProblem(path) ?? NotWritable(path, problem.Message), problem);
        }
        finally
        {
            DeleteQuietly(made);
        }
    }

    private static void WriteRandom(string path)
    {
#pragma warning disable CA1416 // The gateway runs on Linux only.
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnersAlone });
#pragma warning restore CA1416
        file.Write(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Entropy.Take(RandomBytes)) + "\n"));
        file.Flush(flushToDisk: true);
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The error that prevented creation is reported; a leftover temporary file does no harm.
        }
    }
}
