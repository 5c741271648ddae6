namespace FrameRpc.Tests.EndToEnd;

/// <summary>What the linker was told: read from the header of the published program.</summary>
public sealed class HardeningTests
{
    private static readonly string Dynamic = Read("--dynamic");
    private static readonly string Segments = Read("--program-headers");

    /// <summary>A library that lies beside the program, or wherever else a path in it leads, is not loaded in place of the system's.</summary>
    [Test]
    public async Task It_names_no_folder_of_its_own_to_load_libraries_from()
    {
        await Assert.That(Dynamic).DoesNotContain("RUNPATH", StringComparison.Ordinal);
        await Assert.That(Dynamic).DoesNotContain("RPATH", StringComparison.Ordinal);
        await Assert.That(Dynamic).Contains("(NEEDED)", StringComparison.Ordinal);
    }

    [Test]
    public async Task It_is_loaded_at_an_address_of_the_systems_choice() => await Assert.That(Dynamic).Matches(@"FLAGS_1\).*\bPIE\b");

    [Test]
    public async Task Its_tables_of_addresses_are_resolved_at_the_start_and_read_only_afterwards()
    {
        await Assert.That(Segments).Contains("GNU_RELRO", StringComparison.Ordinal);
        await Assert.That(Dynamic).Matches(@"FLAGS_1\).*\bNOW\b");
    }

    [Test]
    public async Task No_memory_is_both_writable_and_executable()
    {
        string[] lines = Segments.Split('\n');
        string stack = await Assert.That(lines).HasSingleItem(line => line.Contains("GNU_STACK", StringComparison.Ordinal));
        await Assert.That(FlagsOf(stack)).DoesNotContain("E", StringComparison.Ordinal);
        string[] loaded = [.. lines.Where(line => line.TrimStart().StartsWith("LOAD", StringComparison.Ordinal)).Select(FlagsOf)];
        await Assert.That(loaded).Contains(flags => flags.Contains('E', StringComparison.Ordinal));
        await Assert.That(loaded).DoesNotContain(flags => flags.Contains('E', StringComparison.Ordinal) && flags.Contains('W', StringComparison.Ordinal));
    }

    // Type, offset, two addresses and two sizes stand before the flags, the alignment behind them.
    private static string FlagsOf(string segment) => string.Concat(segment.Split(' ', StringSplitOptions.RemoveEmptyEntries)[6..^1]);

    private static string Read(string what)
    {
        Result result = Programs.Run(Programs.Start("readelf", "/", [("LC_ALL", "C")], "--wide", what, Binary.Path));
        Must.Hold(result.Status == 0);
        return result.Output;
    }
}
