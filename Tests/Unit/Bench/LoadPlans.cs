using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats.Registry;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Tests.Bench;

internal static class LoadPlans
{
    public static LoadPlan Small { get; } = new()
    {
        Address = new TcpAddress("127.0.0.1", 1),
        Format = BuiltInFormats.Registry.Of(WireFormat.Smf),
        Connections = 3,
        InFlight = 4,
        SizeBytes = 60,
        Threads = 1,
        Duration = TimeSpan.FromSeconds(10),
        Count = 1000,
        WarmUp = TimeSpan.Zero,
        CallsPerSecond = null,
        Timeout = TimeSpan.FromSeconds(2),
        Id = new RequestId(0x6ad4023d),
        Endpoint = "Echo",
        DataType = DataType.Json,
        StreamBytes = null,
        UploadBytes = null,
    };
}
