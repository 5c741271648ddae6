namespace FrameRpc.Gateway.Sockets;

/// <summary>Who may connect to a Unix socket that listens here: those who may write to its file.</summary>
internal readonly record struct SocketRights(UnixFileMode Mode, FileOwner? Owner)
{
    /// <summary>0660: the gateway's user and group, and not the world.</summary>
    public const UnixFileMode DefaultMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    public static readonly SocketRights Default = new(DefaultMode, null);
}

/// <summary>The file of a Unix socket that listens here.</summary>
internal sealed class SocketFile
{
    private readonly string _path;
    private readonly FileIdentity _identity;

    private SocketFile(string path, FileIdentity identity)
    {
        _path = path;
        _identity = identity;
    }

    /// <summary>
    /// Sets who may connect, between bind and listen: until it listens no connection is possible, whatever the file allows. (The alternative, a umask, is the
    /// whole process's, whose other threads make files meanwhile.)
    /// </summary>
    /// <exception cref="IOException">The rights cannot be set; the file is gone again.</exception>
    public static SocketFile Claim(string path, SocketRights rights)
    {
        if (FileSystem.Look(path) is not { Kind: FileKind.Socket } bound)
            throw new IOException($"the socket {path} has disappeared as soon as it was made");
        var file = new SocketFile(path, bound.Identity);
        try
        {
            if (rights.Owner is { } owner)
                file.GiveTo(owner);
            FileSystem.ChangeMode(path, rights.Mode);
            return file;
        }
        catch
        {
            file.Delete();
            throw;
        }
    }

    /// <summary>Deletes the file, unless its path has another one now, which is not this gateway's.</summary>
    public void Delete() => DeleteIfStill(_path, _identity);

    /// <summary>Deletes what is at a path if it is still the file that was seen there.</summary>
    public static void DeleteIfStill(string path, FileIdentity seen)
    {
        if (FileSystem.Look(path)?.Identity == seen)
            File.Delete(path);
    }

    private void GiveTo(FileOwner owner)
    {
        try
        {
            FileSystem.ChangeOwner(_path, owner);
        }
        catch (IOException problem)
        {
            throw new IOException(
                $"the socket {_path} cannot be given to another owner: {problem.Message}. That takes root, or the capability CAP_CHOWN; a group of the gateway's own user it can be given to without. "
                + "Otherwise leave \"owner\" out and run the gateway as that user", problem);
        }
    }
}
