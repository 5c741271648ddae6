using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Demo;

/// <summary>The embedded server stands beside the proxy on a worker, and lives by the same law: no allocation for a small call.</summary>
[NotInParallel] // Counts allocations, and a collection that another test causes disturbs the count.
public sealed class DemoAllocationTests
{
    [Test]
    [Arguments(DataType.None)]
    [Arguments(DataType.Json)]
    [Arguments(DataType.Octets)]
    public async Task Echoing_a_frame_allocates_nothing(DataType dataType)
    {
        byte[] body = dataType == DataType.None ? [] : FrameBytes.Text("{\"Msg\":\"hello\"}");
        await AssertNoAllocation(
            WireFormat.Frame,
            FrameBytes.Request("Echo", dataType, body),
            FrameBytes.Ok(dataType).Length + FrameHeader.Bytes + body.Length);
    }

    [Test]
    public async Task Echoing_smf_allocates_nothing()
    {
        byte[] request = Vectors.Bytes("smf-get60.c2s");
        await AssertNoAllocation(WireFormat.Smf, request, request.Length);
    }

    private static async Task AssertNoAllocation(WireFormat protocol, byte[] request, int replyBytes)
    {
        using var client = new DemoClient(protocol);
        for (int i = 0; i < 100; i++)
            client.Exchange(request, replyBytes);
        var meter = default(AllocationMeter);
        for (int i = 0; i < 3000; i++)
        {
            meter.Begin();
            client.Exchange(request, replyBytes);
            meter.End();
        }
        await meter.AssertNothingPerCall();
    }
}
