using System.Text.Json.Serialization.Metadata;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Server;

/// <summary>Serves endpoints of the frame format by name.</summary>
/// <example>
/// <code>
/// await using var server = new FrameServer("127.0.0.1:8888")
///     .Map("Greet", Json.Default.Name, Json.Default.Greeting, (name, _) => ValueTask.FromResult(new Greeting($"Hello, {name.Text}")));
/// server.Start();
/// </code>
/// </example>
public sealed class FrameServer : IAsyncDisposable
{
    private readonly Dictionary<string, FrameHandler> _handlers = [];
    private readonly AcceptLoop _loop;
    private FrameHandler _fallback = RefuseUnknown;
    private bool _started;

    /// <summary>Creates a server on an address, which it opens at once; it accepts callers after <see cref="Start"/>.</summary>
    /// <param name="address"><c>127.0.0.1:8888</c>, <c>[::1]:0</c>, <c>name:port</c> or <c>unix:/run/x.sock</c>.</param>
    /// <param name="options">Defaults apply if null.</param>
    /// <exception cref="FormatException"><paramref name="address"/> has none of these forms.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The address is in use, or is not this machine's.</exception>
    public FrameServer(string address, FrameServerOptions? options = null)
        : this(new SocketListener(address), options)
    {
    }

    /// <summary>Creates a server over any transport.</summary>
    /// <param name="listener">Disposed with the server.</param>
    /// <param name="options">Defaults apply if null.</param>
    public FrameServer(IListener listener, FrameServerOptions? options = null)
    {
        options ??= new FrameServerOptions();
        options.Validate();
        var shared = new FrameServing(options, Find);
        _loop = new AcceptLoop(listener, options, transport => new FrameServedConnection(transport, shared));
    }

    /// <summary>The address it listens on.</summary>
    public string Address => _loop.Address;

    /// <summary>Serves an endpoint.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is already served, or the server was started.</exception>
    public FrameServer Map(string endpoint, FrameHandler handler)
    {
        ThrowIfStarted();
        if (!_handlers.TryAdd(endpoint, handler))
            throw new InvalidOperationException($"endpoint \"{endpoint}\" is already served");
        return this;
    }

    /// <summary>Serves an endpoint with JSON both ways.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is already served, or the server was started.</exception>
    public FrameServer Map<TRequest, TReply>(
        string endpoint, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TReply> replyType, Func<TRequest, CancellationToken, ValueTask<TReply>> handler) =>
        Map(endpoint, async (request, cancel) =>
        {
            request.Expect(DataType.Json, DataType.Json);
            TRequest? body = await request.ReadJsonAsync(requestType, cancel).ConfigureAwait(false);
            return body is null
                ? throw FrameRequest.Refusal("the body is null")
                : FrameBody.Json(await handler(body, cancel).ConfigureAwait(false), replyType);
        });

    /// <summary>Serves all other endpoints; without it, they are rejected.</summary>
    /// <exception cref="InvalidOperationException">The server was started.</exception>
    public FrameServer MapFallback(FrameHandler handler)
    {
        ThrowIfStarted();
        _fallback = handler;
        return this;
    }

    /// <summary>Starts to accept callers.</summary>
    /// <exception cref="InvalidOperationException">It was already started or stopped.</exception>
    public void Start()
    {
        _started = true;
        _loop.Start();
    }

    /// <summary>Accepts no more callers, lets calls finish within <paramref name="grace"/>, and cuts off the rest.</summary>
    /// <param name="grace">0 cuts off at once; <see cref="Timeout.InfiniteTimeSpan"/> waits without a limit.</param>
    /// <param name="cancel">Ends the grace period early.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="grace"/> is negative, or more than 24 days.</exception>
    public Task StopAsync(TimeSpan grace, CancellationToken cancel = default) => _loop.StopAsync(grace, cancel);

    /// <summary>Stops without a grace period, unless it was already stopped.</summary>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private FrameHandler Find(string endpoint) => _handlers.GetValueOrDefault(endpoint, _fallback);

    private void ThrowIfStarted()
    {
        if (_started)
            throw new InvalidOperationException($"{Address}: endpoints must be mapped before the server starts");
    }

    private static ValueTask<FrameBody> RefuseUnknown(FrameRequest request, CancellationToken cancel) =>
        throw new RpcException(SmfStatus.NotFound, Blame.Caller, $"unregistered endpoint {request.Endpoint}");
}
