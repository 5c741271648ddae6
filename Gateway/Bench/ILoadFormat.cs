using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Bench;

/// <summary>What a wire format provides for generating load.</summary>
internal interface ILoadFormat
{
    WireFormat Wire { get; }

    /// <summary>Creates the connection that makes calls in this format; the socket is still connecting.</summary>
    LoadConnection Connect(LoadThread thread, ISocket socket);

    /// <summary>The request body of the plan's calls.</summary>
    LoadPayload PayloadOf(LoadPlan plan);
}
