using System.Diagnostics;

namespace FrameRpc.Tests;

/// <summary>Output and exit status of a program or command.</summary>
internal sealed record Result(int Status, string Output, string Error);

/// <summary>Any program of this machine.</summary>
internal static class Programs
{
    /// <summary>Runs a program to its end; if it takes too long, kills it with its children.</summary>
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

    public static Process Start(string program, string workingDirectory, (string Name, string Value)[] variables, params string[] args)
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
}
