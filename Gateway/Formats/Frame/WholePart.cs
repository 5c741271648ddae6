using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>Why a data part must not be passed on.</summary>
internal enum PartFault : byte
{
    None,
    /// <summary>Not exactly one valid JSON value.</summary>
    NotJson,
    /// <summary>A server that leaves it unread would read it as its next header.</summary>
    HeaderLike,
    /// <summary>Data although the DataType announces none.</summary>
    NotEmpty,
}

/// <summary>Checks a complete data part before any of it is passed on.</summary>
internal static class WholePart
{
    /// <param name="data">The payload of the part.</param>
    /// <param name="type"><see cref="DataType.Json"/> or <see cref="DataType.None"/>.</param>
    /// <param name="refusesHeaderLike">Whether data that could be read as a header is a fault.</param>
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
