namespace FrameRpc.Gateway.Configuration;

/// <summary>A wire format as it is written in gateway.json, on the command line and in what the gateway prints.</summary>
internal static class ProtocolWord
{
    public static string Word(this WireProtocol protocol) => protocol == WireProtocol.Smf ? "smf" : "frame";
}
