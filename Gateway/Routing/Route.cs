using System.Text;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Routing;

/// <summary>A request id, where its calls go, and their policies, in the form that workers use.</summary>
internal sealed class Route(RouteOptions options, int position, WireProtocol protocol)
{
    public string Name => options.Name;

    /// <summary>Its place among the routes of the configuration.</summary>
    public int Position => position;

    public uint Id => options.Id;

    /// <summary>The position of the backend.</summary>
    public int Backend => options.Backend;

    public WireProtocol Protocol => protocol;

    /// <summary>The method's name, which has to agree beside the id; empty for smf.</summary>
    public byte[] Endpoint { get; } = options.Endpoint is null ? [] : Encoding.UTF8.GetBytes(options.Endpoint);

    public long TimeoutMs { get; } = (long)options.Timeout.TotalMilliseconds;

    public long MessageBytesMax => options.MessageBytesMax;

    public long OctetsBytesMax { get; } = options.OctetsBytesMax ?? long.MaxValue;

    /// <summary>The DataType that a frame request must have.</summary>
    public DataType RequestBody => options.RequestBody;

    /// <summary>The DataType that a frame request must accept, and its reply have.</summary>
    public DataType ReplyBody => options.ReplyBody;

    public bool RefusesHeaderLikeBodies => options.HeaderLikeBodies == HeaderLikeBodies.Refuse;
}
