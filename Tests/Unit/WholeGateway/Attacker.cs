using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.WholeGateway;

/// <summary>
/// A caller who sends octets that hold frames, to a server that answers before it has read them all: what it leaves unread is a request
/// to whoever reads on, and its reply would come to the next caller on that connection.
/// </summary>
internal static class Attacker
{
    /// <summary>The octets in front, which such a server reads. They do not begin as a header does.</summary>
    public const int HarmlessBytes = 64;

    /// <summary>What stands in the smuggled call, and so in its reply.</summary>
    private static ReadOnlySpan<byte> Smuggled => "{\"call\":-1}"u8;

    public static void Come(SimulatedWorld world, StorySetting setting, Random random)
    {
        var attacker = new FrameFarCaller();
        world.ConnectCaller(setting.FrameListener, attacker);
        for (int i = random.Next(1, 4); i > 0; i--)
            attacker.Send(Request(random.Next(2) * random.Next(3000)));
        world.After(random.Next(100, 3000), attacker.Reset);
    }

    private static byte[] Request(int bytesBehind) =>
    [
        .. Frame.RequestHeader("Store", DataType.Octets, DataType.Json),
        .. Frame.Encode(FrameType.Data, false, Enumerable.Repeat((byte)'!', HarmlessBytes).ToArray()),
        // The server looks at no types: these are a header part and a data part to it.
        .. Frame.Encode(FrameType.Data, false, Frame.RequestHeader("Say", DataType.Json).AsSpan(FrameHeader.Bytes)),
        .. Frame.Encode(FrameType.Data, bytesBehind == 0, Smuggled),
        .. bytesBehind == 0 ? [] : Frame.Encode(FrameType.Data, true, new byte[bytesBehind]),
    ];
}
