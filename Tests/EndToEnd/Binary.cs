using System.Diagnostics;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>The published binary: what users run, and not the code that the other tests call.</summary>
internal static class Binary
{
    private const string Variable = "FRPC_GATEWAY_BINARY";

    public static string Path { get; } = Find();

    /// <summary>Runs it to its end.</summary>
    public static Result Run(string workingDirectory, params string[] args) => Programs.Run(Start(workingDirectory, args));

    public static Process Start(string workingDirectory, params string[] args) => Programs.Start(Path, workingDirectory, [], args);

    /// <summary>The same with a variable of the environment, which overrides the file.</summary>
    public static Result RunWith(string variable, string value, string workingDirectory, params string[] args) =>
        Programs.Run(Programs.Start(Path, workingDirectory, [(variable, value)], args));

    private static string Find()
    {
        string path = Environment.GetEnvironmentVariable(Variable) ?? System.IO.Path.Combine(Repository.Root, "frpc-gateway");
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path} is not there: run ./publish.sh, or name another binary in {Variable}");
    }
}
