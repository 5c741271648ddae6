using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats.Registry;

namespace FrameRpc.Tests.Bench;

/// <summary>A load that allocated for its calls would collect in the middle of what it measures.</summary>
[NotInParallel] // Counts allocations, and a collection that another test causes disturbs the count.
public sealed class LoadAllocationTests
{
    private const int FewCalls = 2_000, ManyCalls = 52_000;

    [Test]
    public Task Smf_calls_allocate_nothing_each() => AssertNothingEach(LoadPlans.Small);

    [Test]
    public Task Frame_calls_allocate_nothing_each() => AssertNothingEach(LoadPlans.Small with { Format = BuiltInFormats.Registry.Of(WireFormat.Frame), SizeBytes = 100 });

    /// <remarks>The server that answers runs in this process, and is counted with the load.</remarks>
    private static async Task AssertNothingEach(LoadPlan plan)
    {
        await Allocated(plan, FewCalls);
        long few = await Allocated(plan, FewCalls), many = await Allocated(plan, ManyCalls);
        double each = (double)(many - few) / (ManyCalls - FewCalls);
        await Assert.That(each < 1).IsTrue().Because($"{each:0.00} bytes a call: {few} for {FewCalls} calls and {many} for {ManyCalls}");
    }

    private static async Task<long> Allocated(LoadPlan plan, long calls)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        LoadResult result = await LoadRunTests.Run(plan with { Count = calls }, LoadRunTests.DemoOf(plan.Format.Wire));
        await Assert.That(result.IsClean).IsTrue();
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
