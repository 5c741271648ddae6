using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using FrameRpc.Gateway.Configuration;

namespace FrameRpc.Gateway.Cli;

/// <summary><c>--config</c>, and reading the file it names.</summary>
internal sealed class ConfigOption(Surroundings surroundings)
{
    public Option<string> Option { get; } = new("--config", "-c")
    {
        HelpName = "FILE",
        Description = $"Configuration file. Default: ./{ConfigurationFile.DefaultName}, then {ConfigurationFile.DefaultName} in the directory of the program.",
    };

    /// <summary>Reads the configuration; prints its errors, one a line.</summary>
    public bool TryLoad(ParseResult line, [NotNullWhen(true)] out ConfigurationFile? file, [NotNullWhen(true)] out GatewayConfiguration? configuration)
    {
        configuration = null;
        TextWriter error = line.InvocationConfiguration.Error;
        if (!ConfigurationFile.TryFind(line.GetValue(Option), surroundings.WorkingDirectory, surroundings.ProgramDirectory, out file, out string? problem)
            || !file.TryRead(surroundings.Environment, out configuration, out problem))
        {
            error.WriteLine(problem);
            return false;
        }
        foreach (Mistake mistake in configuration.Mistakes)
            error.WriteLine(mistake);
        return configuration.IsRight;
    }
}
