using System.ComponentModel;
using System.IO.Pipelines;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Protocol.Services;

/// <summary>Used by the generated clients of a <see cref="FrameServiceAttribute">frame service</see>: one call for each kind of reply.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class FrameServiceCalls
{
    /// <summary>A call whose reply has no body.</summary>
    public static async Task CallAsync(FrameClient client, string endpoint, FrameBody body, CallOptions options, CancellationToken cancel)
    {
        FrameReply reply = await client.SendAsync(endpoint, body, DataType.None, options, cancel).ConfigureAwait(false);
        await reply.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A call whose reply's octets are streamed; disposing the stream releases the connection.</summary>
    public static async Task<Stream> OpenStreamAsync(FrameClient client, string endpoint, FrameBody body, CallOptions options, CancellationToken cancel)
    {
        FrameReply reply = await client.SendAsync(endpoint, body, DataType.Octets, options, cancel).ConfigureAwait(false);
        return reply.OpenOctets();
    }

    /// <summary>A call whose reply's octets are streamed; completing the pipe releases the connection.</summary>
    public static async Task<PipeReader> OpenPipeAsync(FrameClient client, string endpoint, FrameBody body, CallOptions options, CancellationToken cancel)
    {
        FrameReply reply = await client.SendAsync(endpoint, body, DataType.Octets, options, cancel).ConfigureAwait(false);
        return reply.Octets;
    }

    /// <summary>A call whose reply's octets are collected in memory.</summary>
    /// <exception cref="RpcProtocolException">They are more than 4 MiB.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadOctetsAsync(
        FrameClient client, string endpoint, FrameBody body, CallOptions options, CancellationToken cancel)
    {
        await using FrameReply reply = await client.SendAsync(endpoint, body, DataType.Octets, options, cancel).ConfigureAwait(false);
        return await WholeOctets.ReadAsync(reply, cancel).ConfigureAwait(false)
            ?? throw new RpcProtocolException($"{endpoint}: the reply has more than {WholeOctets.BytesMax} octets; return a Stream from the method");
    }

    /// <summary>The exception for a <c>null</c> reply whose type does not allow it.</summary>
    public static RpcException NullReply(string endpoint) => new RpcProtocolException($"{endpoint}: the reply is null");
}
