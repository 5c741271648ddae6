using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>The files named in a call's arguments; <c>-</c> is standard input or output.</summary>
internal sealed class CallFiles(string workingDirectory, StandardStreams streams)
{
    public const string Standard = "-";

    /// <summary>Reads a file to its end. Its length is not used, because pipes have none.</summary>
    /// <param name="name">The file.</param>
    /// <param name="bytesMax">Longer files are refused.</param>
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

    /// <summary>Opens a file; null, with the problem, if that fails.</summary>
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
            problem = $"{name}: no such file";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = Directory.Exists(Path(name)) ? $"{name}: is a directory, not a file" : $"{name}: cannot be read: {e.Message}";
        }
        return null;
    }

    /// <summary>Reads a schema and its includes.</summary>
    /// <exception cref="SchemaException">It is wrong, or cannot be read.</exception>
    public Schema LoadSchema(string name) => Schema.Load(name, path => SchemaFile.Read(Path(path)));

    /// <summary>What prevents writing this file, as far as can be known before the call; or null.</summary>
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

/// <summary>Standard input and output as octets, for files named <c>-</c>.</summary>
/// <param name="OpenInput">Standard input.</param>
/// <param name="OpenOutput">Standard output.</param>
/// <param name="ErrorIsTerminal">Whether standard error is a terminal, so that a progress line can be rewritten.</param>
internal sealed record StandardStreams(Func<Stream> OpenInput, Func<Stream> OpenOutput, bool ErrorIsTerminal)
{
    public static StandardStreams OfProcess() => new(Console.OpenStandardInput, () => new StandardOutput(), !Console.IsErrorRedirected);
}

/// <summary>A local file could not be read or written: neither caller nor server is to blame.</summary>
internal sealed class LocalFileException(string message, Exception inner) : Exception(message, inner);
