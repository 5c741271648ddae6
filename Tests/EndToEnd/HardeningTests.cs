using FrameRpc.Tests.Cli;
using Xunit;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>What the linker was told: read from the header of the published program.</summary>
public sealed class HardeningTests
{
    private static readonly string Dynamic = Read("--dynamic");
    private static readonly string Segments = Read("--program-headers");

    /// <summary>A library that lies beside the program, or wherever else a path in it leads, is not loaded in place of the system's.</summary>
    [Fact]
    public void It_names_no_folder_of_its_own_to_load_libraries_from()
    {
        Assert.DoesNotContain("RUNPATH", Dynamic, StringComparison.Ordinal);
        Assert.DoesNotContain("RPATH", Dynamic, StringComparison.Ordinal);
        Assert.Contains("(NEEDED)", Dynamic, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_loaded_at_an_address_of_the_systems_choice() => Assert.Matches(@"FLAGS_1\).*\bPIE\b", Dynamic);

    [Fact]
    public void Its_tables_of_addresses_are_resolved_at_the_start_and_read_only_afterwards()
    {
        Assert.Contains("GNU_RELRO", Segments, StringComparison.Ordinal);
        Assert.Matches(@"FLAGS_1\).*\bNOW\b", Dynamic);
    }

    [Fact]
    public void No_memory_is_both_writable_and_executable()
    {
        string[] lines = Segments.Split('\n');
        string stack = Assert.Single(lines, line => line.Contains("GNU_STACK", StringComparison.Ordinal));
        Assert.DoesNotContain("E", FlagsOf(stack), StringComparison.Ordinal);
        string[] loaded = [.. lines.Where(line => line.TrimStart().StartsWith("LOAD", StringComparison.Ordinal)).Select(FlagsOf)];
        Assert.Contains(loaded, flags => flags.Contains('E', StringComparison.Ordinal));
        Assert.DoesNotContain(loaded, flags => flags.Contains('E', StringComparison.Ordinal) && flags.Contains('W', StringComparison.Ordinal));
    }

    // Type, offset, two addresses and two sizes stand before the flags, the alignment behind them.
    private static string FlagsOf(string segment) => string.Concat(segment.Split(' ', StringSplitOptions.RemoveEmptyEntries)[6..^1]);

    private static string Read(string what)
    {
        Result result = Binary.Run(Binary.StartProgram("readelf", "/", [("LC_ALL", "C")], "--wide", what, Binary.Path));
        Assert.Equal(0, result.Status);
        return result.Output;
    }
}
