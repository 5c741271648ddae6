using System.Diagnostics.CodeAnalysis;
using FrameRpc.Protocol.Identity;
using Microsoft.Extensions.Configuration;

namespace FrameRpc.Gateway.Configuration;

/// <summary>The configuration file, and its name in messages.</summary>
/// <remarks>Its name, and the schemas in its folder, are relative to <paramref name="WorkingDirectory"/>.</remarks>
internal sealed record ConfigurationFile(string WorkingDirectory, string ShownAs)
{
    public const string DefaultName = "gateway.json";

    /// <summary>A longer file is not a configuration, and is not read into memory.</summary>
    private const int BytesMax = 16 << 20;

    /// <summary>The named file, else the one in the working directory, else the one in the directory of the program.</summary>
    public static bool TryFind(
        string? named,
        string workingDirectory,
        string programDirectory,
        [NotNullWhen(true)] out ConfigurationFile? file,
        [NotNullWhen(false)] out string? problem)
    {
        string shown = named ?? DefaultName;
        string path = Path.Combine(workingDirectory, shown);
        string besideProgram = Path.Combine(programDirectory, DefaultName);
        file = File.Exists(path) ? new ConfigurationFile(workingDirectory, shown)
            : named is null && File.Exists(besideProgram) ? new ConfigurationFile(workingDirectory, besideProgram)
            : null;
        problem = file is not null ? null
            : Directory.Exists(path) ? $"{shown}: is a directory; name the file in it"
            : named is not null ? $"{shown}: no such file"
            : $"{DefaultName}: no such file in {workingDirectory} or {programDirectory}; "
                + $"copy the {DefaultName} that comes with frpc-gateway, which works unchanged, or name a file with --config FILE";
        return file is not null;
    }

    /// <summary>Reads and checks the file; false if it could not be read at all.</summary>
    public bool TryRead(IConfigurationSource environment, [NotNullWhen(true)] out GatewayConfiguration? configuration, [NotNullWhen(false)] out string? problem)
    {
        configuration = null;
        problem = null;
        try
        {
            byte[]? text = ReadAll(Path.Combine(WorkingDirectory, ShownAs));
            if (text is null)
                problem = $"{ShownAs}: is larger than the maximum of {BytesMax} bytes";
            else
                configuration = GatewayConfiguration.Read(text, ShownAs, environment, path => SchemaFile.Read(Path.Combine(WorkingDirectory, path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"{ShownAs}: cannot be read: {e.Message}";
        }
        return configuration is not null;
    }

    /// <summary>Reads to the end instead of by length, because a pipe has none. Null beyond the limit.</summary>
    private static byte[]? ReadAll(string path)
    {
        using FileStream stream = File.OpenRead(path);
        var text = new MemoryStream();
        byte[] part = new byte[16 << 10];
        for (int read = stream.Read(part); read > 0; read = stream.Read(part))
        {
            text.Write(part, 0, read);
            if (text.Length > BytesMax)
                return null;
        }
        return text.ToArray();
    }
}
