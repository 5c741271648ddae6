using System.Text;

namespace FrameRpc.Protocol.Identity;

/// <summary>Schemas on disk.</summary>
public static class SchemaFile
{
    /// <summary>
    /// The text of a file, or null where there is none. What is no UTF-8 reads as U+FFFD, which is a mistake anywhere but in a comment.
    /// Nothing is read beyond <see cref="Schema.CharsMax"/> and one, so that a long file does not fill the memory.
    /// </summary>
    /// <exception cref="IOException">It is there and cannot be read; on Linux also where it is a named pipe, a socket, a device or a directory, which is told without waiting for it.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
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

/// <summary>Reads a schema that is to be loaded or that another includes: its text, or null where there is no such file.</summary>
/// <param name="path">As it was named, or as an <c>include</c> names it behind the folder of the file that includes it.</param>
/// <remarks>An <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> becomes a mistake at the place that names the file.</remarks>
public delegate string? SchemaFileReader(string path);
