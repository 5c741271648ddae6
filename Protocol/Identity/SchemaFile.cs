using System.Text;

namespace FrameRpc.Protocol.Identity;

/// <summary>Schemas on disk.</summary>
public static class SchemaFile
{
    /// <summary>
    /// The text of a file, or null if it does not exist. Bytes that are not UTF-8 read as U+FFFD, which is an error anywhere except in a comment.
    /// Reads at most one character more than <see cref="Schema.CharsMax"/>, so that a long file does not fill the memory.
    /// </summary>
    /// <exception cref="IOException">
    /// It cannot be read; on Linux also if it is a named pipe, a socket, a device or a directory, without blocking.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied.</exception>
    public static string? Read(string path)
    {
        using FileStream? file = RegularFile.Open(path);
        if (file is null)
            return null;
        using var reader = new StreamReader(file, Encoding.UTF8);
        var text = new StringBuilder();
        char[] part = new char[4096];
        while (text.Length <= Schema.CharsMax && reader.Read(part) is > 0 and int read)
            text.Append(part, 0, Math.Min(read, Schema.CharsMax + 1 - text.Length));
        return text.ToString();
    }
}

/// <summary>Reads a schema file: its text, or null if it does not exist.</summary>
/// <param name="path">As it was named; for an <c>include</c>, relative to the folder of the including file.</param>
/// <remarks>An <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> becomes an error at the position that names the file.</remarks>
public delegate string? SchemaFileReader(string path);
