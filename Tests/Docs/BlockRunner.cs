using FrameRpc.Tests.EndToEnd;

namespace FrameRpc.Tests.Docs;

/// <summary>Runs a block of commands as a reader would: in a fresh copy of the repository, with a gateway beside it where the block is marked <c>sh gateway</c>.</summary>
internal static class BlockRunner
{
    /// <summary>A gateway runs with the shipped gateway.json, and its process number is in the variable of this name.</summary>
    private const string Gateway = "gateway", GatewayProcess = "GATEWAY";

    /// <summary>Stand-ins for programs that cannot be had everywhere.</summary>
    private static readonly string[] StandIns = ["loadtest/test/bin", "deploy/test/bin"];

    /// <summary>What a block leaves in the background ends with it, also where it fails: its output would never come to an end.</summary>
    private const string EndJobs = "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n";

    /// <summary>The stand-in for k6 ends a run after as many seconds, whatever a command says; its latencies mean nothing, and are bounded by what no machine takes.</summary>
    private static readonly (string Name, string Value)[] ShortLoad = [("FRPC_LOADTEST_SECONDS_MAX", "1"), ("P95_MS", "10000")];

    /// <summary>What went wrong, or null.</summary>
    public static string? FindProblem(CodeBlock block, ScratchCopy copy, out Result result)
    {
        result = Run(block, copy);
        string said = $"{result.Output}{result.Error}";
        if (result.Status != 0)
            return $"{block.Page}:{block.Line}: exit status {result.Status}\n{said}";
        string? missing = ShownOutput.FindMissing(copy.Here(block.Shown ?? ""), result.Output);
        return missing is null ? null : $"{block.Page}:{block.Line}: \"{missing}\" is not among what was printed:\n{said}";
    }

    private static Result Run(CodeBlock block, ScratchCopy copy)
    {
        string? unknown = block.Needs.FirstOrDefault(need => need != Gateway);
        if (unknown is not null)
            throw new FormatException($"{block.Page}:{block.Line}: nobody knows what \"sh {unknown}\" needs");
        List<(string Name, string Value)> variables =
        [
            ("PATH", string.Join(':', StandIns.Select(folder => Path.Combine(copy.Folder, folder)).Append(Environment.GetEnvironmentVariable("PATH")))),
            .. ShortLoad,
        ];
        if (block.Needs.Contains(Gateway))
            variables.Add((GatewayProcess, $"{copy.StartGateway().Id}"));
        return copy.Shell(EndJobs + copy.Here(block.Text), [.. variables]);
    }
}
