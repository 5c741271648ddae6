using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Smf;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>What the tests of bodies that pass through the published gateway have in common.</summary>
internal static class RelayedBodies
{
    public const int BodyBytes = 2 * FrameHeader.PayloadBytesMax;

    public static IEnumerable<(string, string)> Relays => [.. from relay in (string[])["splice", "copy"] from transport in (string[])["tcp", "unix"] select (relay, transport)];

    public static GatewayProcess StartGateway(
        TestNetwork network, string relay, string callers, ScriptedServer smfServer, ScriptedServer frameServer, string limits = "") =>
        GatewayProcess.Start(new GatewayFile
        {
            SmfListener = network.Address(callers, "smf"),
            FrameListener = network.Address(callers, "frames"),
            SmfServers = [smfServer.Address],
            FrameServers = [frameServer.Address],
            Relay = relay,
            Limits = limits,
            Workers = 1,
        });

    /// <summary>The gateway does not read a body of this size through, so any checksum passes.</summary>
    public static SmfHeader LargeRequest(ushort session) => new(SmfCompression.None, 0, session, BodyBytes, 1, SmfMessage.Get);

    public static byte[] SmfHead(SmfHeader header)
    {
        byte[] head = new byte[SmfHeader.Bytes];
        header.Write(head);
        return head;
    }

    /// <summary>A header part, and the header of a data frame that announces the most there can be, and to be the last.</summary>
    public static byte[] LastFrameHead(byte[] headerPart)
    {
        byte[] head = new byte[FrameHeader.Bytes];
        new FrameHeader(FrameType.Data, NoMoreFrames: true, FrameHeader.PayloadBytesMax).Write(head);
        return [.. headerPart, .. head];
    }

    public static void AssertComes(SemaphoreSlim signal, int times, string what)
    {
        for (; times > 0; times--)
            Must.Hold(signal.Wait(Patience.Short), what);
    }
}
