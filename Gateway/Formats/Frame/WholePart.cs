using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>Why a data part must not be passed on.</summary>
internal enum PartFault : byte
{
    None,
    /// <summary>Not exactly one value by the whole grammar of JSON.</summary>
    NotJson,
    /// <summary>A server that leaves it unread would take it for its next header.</summary>
    HeaderLike,
    /// <summary>Something where nothing was announced.</summary>
    NotEmpty,
}

/// <summary>A data part that is held whole: what it has to be before anything of it leaves.</summary>
internal static class WholePart
{
    /// <param name="data">Its payload.</param>
    /// <param name="type"><see cref="DataType.Json"/> or <see cref="DataType.None"/>.</param>
    /// <param name="refusesHeaderLike">Whether it is a fault to look like a header.</param>
    public static PartFault FaultOf(ReadOnlySpan<byte> data, DataType type, bool refusesHeaderLike)
    {
        if (type == DataType.None)
            return data.IsEmpty ? PartFault.None : PartFault.NotEmpty;
        var value = default(JsonChecker);
        if (!value.Feed(data) || !value.Complete)
            return PartFault.NotJson;
        return refusesHeaderLike && value.CouldBeHeader ? PartFault.HeaderLike : PartFault.None;
    }
}
