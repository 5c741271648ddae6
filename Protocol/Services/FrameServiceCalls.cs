using System.ComponentModel;
using System.IO.Pipelines;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Protocol.Services;

/// <summary>What the generated clients of a <see cref="FrameServiceAttribute">frame service</see> are made of: one call for each kind of reply.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class FrameServiceCalls
{
    /// <summary>A call whose reply has no body.</summary>
    public static async Task CallAsync(FrameClient client, string endpoint, FrameBody body, CallOptions options, CancellationToken cancel)
    {
        FrameReply reply = await client.SendAsync(endpoint, body, DataType.None, options, cancel).ConfigureAwait(false);
        await reply.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A call whose reply's octets are read as they come; disposing the stream gives back the connection.</summary>
    public static async Task<Stream> OpenStreamAsync(FrameClient client, string endpoint, FrameBody body, CallOptions options, CancellationToken cancel)
    {
        FrameReply reply = await client.SendAsync(endpoint, body, DataType.Octets, options, cancel).ConfigureAwait(false);
        return reply.OpenOctets();
    }

    /// <summary>A call whose reply's octets are read as they come; completing the pipe gives back the connection.</summary>
    public static async Task<PipeReader> OpenPipeAsync(FrameClient client, string endpoint, FrameBody body, CallOptions options, CancellationToken cancel)
    {
        FrameReply reply = await client.SendAsync(endpoint, body, DataType.Octets, options, cancel).ConfigureAwait(false);
        return reply.Octets;
    }

    /// <summary>A call whose reply's octets are gathered.</summary>
    /// <exception cref="RpcProtocolException">They are more than 4 MiB.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadOctetsAsync(
        FrameClient client, string endpoint, FrameBody body, CallOptions options, CancellationToken cancel)
    {
        await using FrameReply reply = await client.SendAsync(endpoint, body, DataType.Octets, options, cancel).ConfigureAwait(false);
        return await WholeOctets.ReadAsync(reply, cancel).ConfigureAwait(false)
            ?? throw new RpcProtocolException($"{endpoint}: the reply holds more than {WholeOctets.BytesMax} octets; let the method return a Stream");
    }

    /// <summary>What to throw where a reply is <c>null</c>, and its type has none.</summary>
    public static RpcException NullReply(string endpoint) => new RpcProtocolException($"{endpoint}: the reply is null");
}
