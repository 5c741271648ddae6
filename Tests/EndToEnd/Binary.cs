using System.Diagnostics;
using FrameRpc.Tests.Cli;
using FrameRpc.Tests.Configuration;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>The published binary: what users run, and not the code that the other tests call.</summary>
internal static class Binary
{
    private const string Variable = "FRPC_GATEWAY_BINARY";

    public static string Path { get; } = Find();

    /// <summary>Runs it to its end.</summary>
    public static Result Run(string workingDirectory, params string[] args) => Run(Start(workingDirectory, args));

    /// <summary>Runs any program to its end, and what it started with it when it takes too long.</summary>
    public static Result Run(Process process)
    {
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Patience.Long))
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} does not end");
            }
            return new Result(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
        }
    }

    public static Process Start(string workingDirectory, params string[] args) => StartProgram(Path, workingDirectory, [], args);

    /// <summary>The same with a variable of the environment, which overrides the file.</summary>
    public static Result RunWith(string variable, string value, string workingDirectory, params string[] args) =>
        Run(StartProgram(Path, workingDirectory, [(variable, value)], args));

    public static Process StartProgram(string program, string workingDirectory, (string Name, string Value)[] variables, params string[] args)
    {
        var start = new ProcessStartInfo(program, args)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("FRPC__", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        foreach ((string name, string value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static string Find()
    {
        string path = Environment.GetEnvironmentVariable(Variable) ?? System.IO.Path.Combine(Repository.Root, "frpc-gateway");
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path} is not there: run ./publish.sh, or name another binary in {Variable}");
    }
}
