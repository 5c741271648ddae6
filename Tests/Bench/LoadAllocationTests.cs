using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Configuration;
using Xunit;

namespace FrameRpc.Tests.Bench;

/// <summary>A load that allocated for its calls would collect in the middle of what it measures.</summary>
[Collection(nameof(Alone))]
public sealed class LoadAllocationTests
{
    private const int FewCalls = 2_000, ManyCalls = 52_000;

    [Fact]
    public void Smf_calls_allocate_nothing_each() => AssertNothingEach(LoadPlans.Small);

    [Fact]
    public void Frame_calls_allocate_nothing_each() => AssertNothingEach(LoadPlans.Small with { Protocol = WireProtocol.Frame, SizeBytes = 100 });

    /// <remarks>The server that answers runs in this process, and is counted with the load.</remarks>
    private static void AssertNothingEach(LoadPlan plan)
    {
        Allocated(plan, FewCalls);
        long few = Allocated(plan, FewCalls), many = Allocated(plan, ManyCalls);
        double each = (double)(many - few) / (ManyCalls - FewCalls);
        Assert.True(each < 1, $"{each:0.00} bytes a call: {few} for {FewCalls} calls and {many} for {ManyCalls}");
    }

    private static long Allocated(LoadPlan plan, long calls)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        LoadResult result = LoadRunTests.Run(plan with { Count = calls }, LoadRunTests.DemoOf(plan.Protocol));
        Assert.True(result.IsClean);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
