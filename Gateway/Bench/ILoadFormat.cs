using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Bench;

/// <summary>What load needs of the wire format that it is made in.</summary>
internal interface ILoadFormat
{
    WireFormat Wire { get; }

    /// <summary>The connection that makes calls in the format over this socket, which is being connected.</summary>
    LoadConnection Connect(LoadThread thread, ISocket socket);

    /// <summary>The body that the calls of the plan send.</summary>
    LoadPayload PayloadOf(LoadPlan plan);
}
