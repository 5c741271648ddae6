namespace FrameRpc.Gateway.Sockets;

/// <summary>Mode and owner of a Unix socket's file, which decide who may connect.</summary>
internal readonly record struct SocketRights(UnixFileMode Mode, FileOwner? Owner)
{
    /// <summary>0660: the gateway's user and group only.</summary>
    public const UnixFileMode DefaultMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    public static readonly SocketRights Default = new(DefaultMode, null);
}

/// <summary>The file of a Unix socket that this process listens on.</summary>
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
    /// Sets mode and owner between bind and listen: before listen no connection is possible, whatever the file allows. (A umask would apply to the
    /// whole process, whose other threads create files meanwhile.)
    /// </summary>
    /// <exception cref="IOException">The rights cannot be set; the file was deleted again.</exception>
    public static SocketFile Claim(string path, SocketRights rights)
    {
        if (FileSystem.Look(path) is not { Kind: FileKind.Socket } bound)
            throw new IOException($"the socket {path} was deleted as soon as it was created");
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

    /// <summary>Deletes the file, unless another one has taken its path.</summary>
    public void Delete() => DeleteIfStill(_path, _identity);

    /// <summary>Deletes the file at a path if it is still the one that was seen there.</summary>
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
                $"the owner of the socket {_path} cannot be changed: {problem.Message}. "
                + "Changing the user requires root or the capability CAP_CHOWN; a group that the gateway's user belongs to does not. "
                + "Otherwise leave \"owner\" out and run the gateway as that user", problem);
        }
    }
}
