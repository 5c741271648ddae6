using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FrameRpc.Gateway.Sockets;
using Microsoft.Win32.SafeHandles;

namespace FrameRpc.Gateway.Admin;

/// <summary>The secret that a request carries which changes the gateway: <c>admin.tokenFile</c>.</summary>
/// <remarks>The file holds one line, of printable ASCII without blanks, because a header has to carry it.</remarks>
internal sealed class AdminToken
{
    /// <summary>A shorter one could be guessed.</summary>
    public const int CharsMin = 16;

    public const int CharsMax = 512;

    private const int RandomBytes = 32;

    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly byte[] _padded;

    private AdminToken(string text) => _padded = Pad(text);

    /// <summary>Reads the token; with <paramref name="create"/> makes the file first where there is none. What is there is never overwritten.</summary>
    /// <exception cref="IOException">There is none that can be used; the message says why, and what to do.</exception>
    public static AdminToken Open(string path, bool create)
    {
        if (create && FileSystem.KindOf(path) == FileKind.None)
            Create(path);
        return new AdminToken(ReadSafe(path));
    }

    /// <summary>What would keep <see cref="Open"/> from a token, as far as that shows without making the file; or null.</summary>
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

    /// <summary>For who asks a gateway: reads the token as it is, whoever else may read it.</summary>
    /// <exception cref="IOException">It cannot be read; the message says why.</exception>
    public static string ReadText(string path) => Read(path, RequireRegular);

    /// <summary>Takes as long for every text that may be one, so that how far it is right cannot be measured.</summary>
    /// <remarks>
    /// Both are padded to the same length, with zeros, of which no token has one. Hashes would do the same, but they are OpenSSL's in .NET, and neither
    /// the binary nor the image has that.
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
        : throw new IOException($"there is no {path}; make it, readable by the gateway's user alone, or write \"createToken\": true beside it");

    private static string Read(string path, Action<FileFacts, string> require)
    {
        using SafeFileHandle file = OpenFile(path);
        require(FileSystem.Look(file)!.Value, path);
        byte[] bytes = new byte[CharsMax + Environment.NewLine.Length + 1];
        int read = RandomAccess.Read(file, bytes, fileOffset: 0);
        string text = Encoding.Latin1.GetString(bytes, 0, read).TrimEnd('\r', '\n');
        return FindProblem(text) is { } problem
            ? throw new IOException($"the token in {path} {problem}; write one line of {CharsMin} to {CharsMax} printable characters without blanks, as \"openssl rand -hex 32\" makes it")
            : text;
    }

    private static SafeFileHandle OpenFile(string path)
    {
        // Opening a device may do something.
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

    /// <summary>Whoever can read the file, or has written it, knows the token.</summary>
    private static void RequireSafe(FileFacts file, string path)
    {
        RequireRegular(file, path);
        if (file.Owner != PeerUser.EffectiveUser() && file.Owner != PeerUser.Root)
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"{path} belongs to user {file.Owner}, who knows the token then; it has to be the gateway's own, {PeerUser.EffectiveUser()}, or root's: chown it, and write another token into it"));
        if ((file.Mode & Others) != 0)
            throw new IOException($"others than its owner may use {path} (mode 0{Convert.ToString((int)file.Mode, toBase: 8).PadLeft(3, '0')}); chmod 600 {path}, and write another token into it if somebody has read it");
    }

    private static string NotRegular(string path) => $"{path} is no regular file; name one, or a path where there is none yet, with \"createToken\": true";

    private static string? FindProblem(string text) =>
        text.Length == 0 ? "is empty"
        : text.Any(c => c is <= ' ' or > '~') ? "has a character that no token has, or more than one line"
        : text.Length > CharsMax ? "is too long"
        : text.Length < CharsMin ? $"has {text.Length} characters, which are too few"
        : null;

    private static string? FindFolderProblem(string path)
    {
        string folder = FolderOf(path);
        return !Directory.Exists(folder) ? $"the directory {folder} does not exist, so no token can be made in it"
            : FileSystem.IsWritable(folder) ? null
            : NotWritable(path, "the directory cannot be written to");
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";

    private static string NotWritable(string path, string reason) =>
        $"{path} cannot be made: {reason}; name a file where the gateway may make one, as in /run/frpc, or make it yourself, readable by the gateway's user alone";

    /// <summary>First under another name, so that whoever looks finds a whole token or none; and two gateways that start at once have the same.</summary>
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
#pragma warning disable CA1416 // Windows has no such modes, and no gateway.
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
            // What kept the token from being made is told; a name that nobody reads may stay.
        }
    }
}
