using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>The files that a call's words name; <c>-</c> is standard input or output.</summary>
internal sealed class CallFiles(string workingDirectory, StandardStreams streams)
{
    public const string Standard = "-";

    /// <summary>Reads all of a file, by its end and not by its length, because a pipe has none.</summary>
    /// <param name="name">The file.</param>
    /// <param name="bytesMax">More is refused.</param>
    /// <param name="problem">What is wrong, or null.</param>
    public byte[] ReadAll(string name, int bytesMax, out string? problem)
    {
        Stream? file = OpenToRead(name, out problem);
        if (file is null)
            return [];
        var bytes = new MemoryStream();
        byte[] part = new byte[64 << 10];
        try
        {
            using (file)
            {
                for (int read = file.Read(part); read > 0 && bytes.Length <= bytesMax; read = file.Read(part))
                    bytes.Write(part, 0, read);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"{Show(name)}: {e.Message}";
        }
        if (bytes.Length > bytesMax)
            problem = $"{Show(name)}: larger than {bytesMax} bytes; only octets can be longer";
        return bytes.ToArray();
    }

    /// <summary>Opens a file, or says why it cannot be.</summary>
    public Stream? OpenToRead(string name, out string? problem)
    {
        problem = null;
        if (name == Standard)
            return streams.OpenInput();
        try
        {
            return new FileStream(Path(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (FileNotFoundException)
        {
            problem = $"{name}: there is no such file";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = Directory.Exists(Path(name)) ? $"{name}: is a directory, not a file" : $"{name}: cannot be read: {e.Message}";
        }
        return null;
    }

    /// <summary>Reads a schema and what it includes.</summary>
    /// <exception cref="SchemaException">It is wrong, or cannot be read.</exception>
    public Schema LoadSchema(string name) => Schema.Load(name, path => SchemaFile.Read(Path(path)));

    /// <summary>What stands against writing a file there, as far as that can be told before the call; or null.</summary>
    public string? CheckOutput(string? name) =>
        name is null or Standard ? null
        : name.Length == 0 ? "--output requires the name of a file, or -"
        : Directory.Exists(Path(name)) ? $"--output: {name} is a directory; name a file in it"
        : !Directory.Exists(System.IO.Path.GetDirectoryName(Path(name))) ? $"--output: the directory of {name} does not exist"
        : null;

    /// <exception cref="LocalFileException">It cannot be written.</exception>
    public Stream OpenToWrite(string name)
    {
        try
        {
            return name == Standard ? streams.OpenOutput() : new FileStream(Path(name), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LocalFileException($"{name}: cannot be written: {e.Message}", e);
        }
    }

    public static string Show(string name) => name == Standard ? "standard input" : name;

    private string Path(string name) => System.IO.Path.Combine(workingDirectory, name);
}

/// <summary>What a call reads and writes as octets where a file is named <c>-</c>.</summary>
/// <param name="OpenInput">Standard input.</param>
/// <param name="OpenOutput">Standard output.</param>
/// <param name="ErrorIsTerminal">Whether somebody watches standard error, so that a line there may be written over.</param>
internal sealed record StandardStreams(Func<Stream> OpenInput, Func<Stream> OpenOutput, bool ErrorIsTerminal)
{
    public static StandardStreams OfProcess() => new(Console.OpenStandardInput, () => new StandardOutput(), !Console.IsErrorRedirected);
}

/// <summary>A file of ours could not be read or written: nobody on the connection is to blame.</summary>
internal sealed class LocalFileException(string message, Exception inner) : Exception(message, inner);
