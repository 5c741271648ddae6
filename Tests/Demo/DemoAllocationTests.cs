using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Frames;
using Xunit;

namespace FrameRpc.Tests.Demo;

/// <summary>The embedded server stands beside the proxy on a worker, and lives by the same law: no allocation for a small call.</summary>
[Collection(nameof(Alone))]
public sealed class DemoAllocationTests
{
    [Theory]
    [InlineData(DataType.None)]
    [InlineData(DataType.Json)]
    [InlineData(DataType.Octets)]
    public void Echoing_a_frame_allocates_nothing(DataType dataType)
    {
        byte[] body = dataType == DataType.None ? [] : FrameBytes.Text("{\"Msg\":\"hello\"}");
        AssertNoAllocation(
            WireProtocol.Frame,
            FrameBytes.Request("Echo", dataType, body),
            FrameBytes.Ok(dataType).Length + FrameHeader.Bytes + body.Length);
    }

    [Fact]
    public void Echoing_smf_allocates_nothing()
    {
        byte[] request = Vectors.Bytes("smf-get60.c2s");
        AssertNoAllocation(WireProtocol.Smf, request, request.Length);
    }

    private static void AssertNoAllocation(WireProtocol protocol, byte[] request, int replyBytes)
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
        meter.AssertNothingPerCall();
    }
}
