using System.Text;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Routing;

/// <summary>A request id, its backend and its policies, in the form that workers use. Immutable.</summary>
internal sealed class Route(RouteOptions options, WireFormat format)
{
    /// <summary>Identifies the route in logs, in metrics, and from one snapshot to the next.</summary>
    public string Name => options.Name;

    public uint Id => options.Id;

    /// <summary>The name of the backend.</summary>
    public string Backend => options.Backend;

    public WireFormat Format => format;

    /// <summary>The method's name, which must match as well as the id; empty for smf.</summary>
    public byte[] Endpoint { get; } = options.Endpoint is null ? [] : Encoding.UTF8.GetBytes(options.Endpoint);

    public long TimeoutMs { get; } = (long)options.Timeout.TotalMilliseconds;

    /// <summary>0 without one.</summary>
    public long DeadlineMs { get; } = (long)(options.Deadline ?? TimeSpan.Zero).TotalMilliseconds;

    /// <summary>When a call that began at this time has to be over; never for a streamed one without a deadline.</summary>
    public long DueMs(long begunMs, bool isStreamed) =>
        DeadlineMs > 0 ? begunMs + DeadlineMs : isStreamed ? long.MaxValue : begunMs + TimeoutMs;

    public long MessageBytesMax => options.MessageBytesMax;

    public long OctetsBytesMax { get; } = options.OctetsBytesMax ?? long.MaxValue;

    /// <summary>The DataType that a frame request must have.</summary>
    public DataType RequestBody => options.RequestBody;

    /// <summary>The DataType that a frame request must accept, and its reply have.</summary>
    public DataType ReplyBody => options.ReplyBody;

    public bool RefusesHeaderLikeBodies => options.HeaderLikeBodies == HeaderLikeBodies.Refuse;
}
