using System.Text.Json.Serialization.Metadata;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Limits;
using FrameRpc.Protocol.Telemetry;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Client;

/// <summary>Calls endpoints of a frame server or gateway by name, over a pool of connections. Safe for concurrent use.</summary>
/// <example>
/// <code>
/// await using var client = new FrameClient("127.0.0.1:8888");
/// Greeting? greeting = await client.CallAsync("Greet", new Name("Ada"), Json.Default.Name, Json.Default.Greeting);
/// </code>
/// </example>
public sealed class FrameClient : IAsyncDisposable
{
    private readonly FrameClientOptions _options;
    private readonly FrameConnectionPool _pool;

    /// <summary>Creates a client for an address; it connects at the first call.</summary>
    /// <param name="address"><c>127.0.0.1:8888</c>, <c>[::1]:8888</c>, <c>name:port</c> or <c>unix:/run/x.sock</c>.</param>
    /// <param name="options">Defaults apply if null.</param>
    /// <exception cref="FormatException"><paramref name="address"/> has none of these forms.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No call could succeed with an option.</exception>
    public FrameClient(string address, FrameClientOptions? options = null)
        : this(new SocketConnector(address), options)
    {
    }

    /// <summary>Creates a client over any transport; it connects at the first call.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No call could succeed with an option.</exception>
    public FrameClient(IConnector connector, FrameClientOptions? options = null)
    {
        _options = options ?? new FrameClientOptions();
        _options.Validate();
        _pool = new FrameConnectionPool(connector, _options);
    }

    /// <summary>The connection state. <see cref="ConnectivityState.Ready"/> is as of the last connection that was established or lost.</summary>
    public ConnectivityState State => _pool.Connectivity.State;

    /// <summary>Waits until the state differs from <paramref name="last"/> and returns it.</summary>
    public Task<ConnectivityState> WaitForStateChangeAsync(ConnectivityState last, CancellationToken cancel = default) =>
        _pool.Connectivity.WaitForChangeAsync(last, cancel);

    /// <summary>Makes a call with JSON both ways.</summary>
    /// <exception cref="RpcException">It failed; see <see cref="RpcException.Blame"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    public Task<TReply?> CallAsync<TRequest, TReply>(
        string endpoint,
        TRequest request,
        JsonTypeInfo<TRequest> requestType,
        JsonTypeInfo<TReply> replyType,
        CallOptions options = default,
        CancellationToken cancel = default) =>
        CallAsync(endpoint, FrameBody.Json(request, requestType), replyType, options, cancel);

    /// <summary>Makes a call with any body and a JSON reply, which must be complete within the timeout.</summary>
    /// <exception cref="RpcException">It failed; see <see cref="RpcException.Blame"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    public async Task<TReply?> CallAsync<TReply>(
        string endpoint, FrameBody body, JsonTypeInfo<TReply> replyType, CallOptions options = default, CancellationToken cancel = default)
    {
        using Deadline deadline = await BeginAsync(body, options, cancel).ConfigureAwait(false);
        try
        {
            await using FrameReply reply = await SendAsync(endpoint, body, DataType.Json, options, deadline).ConfigureAwait(false);
            return await reply.ReadJsonAsync(replyType, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw deadline.Explain(e, endpoint);
        }
    }

    /// <summary>
    /// Makes a call with any body and any reply. Returns at the reply's header, possibly while octets of the request are still being sent.
    /// </summary>
    /// <param name="endpoint">The method's name.</param>
    /// <param name="body">The body. It is released, sent or not.</param>
    /// <param name="accept">The requested type of the reply.</param>
    /// <param name="options">The timeout and the token apply until the reply's header.</param>
    /// <param name="cancel">Cancels the call.</param>
    /// <returns>The reply. Read it to the end or dispose it, because it occupies a connection.</returns>
    /// <exception cref="RpcException">The call failed; see <see cref="RpcException.Blame"/>.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    /// <exception cref="ArgumentException">The endpoint's name or the JSON body is too long, or the timeout is negative.</exception>
    public async Task<FrameReply> SendAsync(
        string endpoint, FrameBody body, DataType accept, CallOptions options = default, CancellationToken cancel = default)
    {
        using Deadline deadline = await BeginAsync(body, options, cancel).ConfigureAwait(false);
        try
        {
            return await SendAsync(endpoint, body, accept, options, deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw deadline.Explain(e, endpoint);
        }
    }

    /// <summary>Closes all connections. Calls in flight fail.</summary>
    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    private async ValueTask<Deadline> BeginAsync(FrameBody body, CallOptions options, CancellationToken cancel)
    {
        try
        {
            return new Deadline(options.Timeout ?? _options.Timeout, _options.TimeProvider, cancel);
        }
        catch
        {
            await body.ReleaseAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<FrameReply> SendAsync(string endpoint, FrameBody body, DataType accept, CallOptions options, Deadline deadline)
    {
        var telemetry = CallTelemetry.StartClient("frame", endpoint);
        try
        {
            FrameConnection connection = await TakeConnectionAsync(endpoint, body, options, deadline).ConfigureAwait(false);
            FrameReply reply = await connection.CallAsync(endpoint, body, accept, deadline.Token).ConfigureAwait(false);
            telemetry.End(failure: null);
            return reply;
        }
        catch (Exception e)
        {
            telemetry.End(e);
            throw;
        }
    }

    private async ValueTask<FrameConnection> TakeConnectionAsync(string endpoint, FrameBody body, CallOptions options, Deadline deadline)
    {
        try
        {
            FrameWriter.Check(endpoint);
            if (body.JsonBytes > _options.MessageBytesMax)
                {
                    throw new ArgumentException(
                        $"the JSON body has {body.JsonBytes} bytes, more than {nameof(ClientOptions.MessageBytesMax)}, which is {_options.MessageBytesMax}",
                        nameof(body));
                }
            return await _pool.TakeAsync(options.WaitForReady, deadline.Token).ConfigureAwait(false);
        }
        catch
        {
            await body.ReleaseAsync().ConfigureAwait(false);
            throw;
        }
    }
}

/// <summary>A successful reply. It occupies its connection until its body was read to the end or it was disposed.</summary>
public sealed class FrameReply : ReceivedMessage
{
    internal FrameReply(DataType dataType, DataPartReader part, int messageBytesMax)
        : base(dataType, part, Blame.Server, messageBytesMax)
    {
    }
}
