using System.Buffers;
using System.ComponentModel;
using FrameRpc.Protocol.Errors;

namespace FrameRpc.Protocol.Services;

/// <summary>Used by generated clients and dispatchers of an <see cref="SmfServiceAttribute">smf service</see> to read and write payloads.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SmfServicePayloads
{
    /// <summary>Reads a request.</summary>
    /// <exception cref="RpcException">It is not of this type, and the caller is to blame.</exception>
    public static T ReadRequest<T>(ReadOnlyMemory<byte> payload)
        where T : ISmfPayload<T>
    {
        try
        {
            return T.Read(payload);
        }
        catch (FormatException e)
        {
            throw new RpcException(SmfStatus.BadRequest, Blame.Caller, $"the request is not a valid {typeof(T).Name}: {e.Message}", e);
        }
    }

    /// <summary>Reads a reply.</summary>
    /// <exception cref="RpcProtocolException">It is not of this type, and the server is to blame.</exception>
    public static T ReadReply<T>(ReadOnlyMemory<byte> payload)
        where T : ISmfPayload<T>
    {
        try
        {
            return T.Read(payload);
        }
        catch (FormatException e)
        {
            throw new RpcProtocolException($"the reply is not a valid {typeof(T).Name}: {e.Message}", Blame.Server, e);
        }
    }

    /// <summary>Writes a request or a reply.</summary>
    public static ReadOnlyMemory<byte> Write<T>(T value)
        where T : ISmfPayload<T>
    {
        var payload = new ArrayBufferWriter<byte>();
        value.Write(payload);
        return payload.WrittenMemory;
    }
}
