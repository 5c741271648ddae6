using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Limits;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Server;

/// <summary>Serves callers, or a gateway, in the smf format.</summary>
/// <remarks>
/// A malformed request whose length is known gets an error reply, and its connection stays open, so that other callers who share it through a gateway
/// are not affected. A connection is not read while <see cref="ServerOptions.CallsMax"/> or <see cref="ServerOptions.MemoryBytesMax"/> is reached, or
/// while its caller does not read its replies.
/// </remarks>
public sealed class SmfServer : IAsyncDisposable
{
    private readonly AcceptLoop _loop;
    private bool _started;

    /// <summary>
    /// Creates a server on an address: <c>127.0.0.1:7001</c>, <c>127.0.0.1:0</c>, <c>unix:/run/x.sock</c>. It listens at once, and serves after <see
    /// cref="Start"/>.
    /// </summary>
    /// <param name="address">The address to listen on.</param>
    /// <param name="options">Defaults apply if null.</param>
    /// <exception cref="FormatException"><paramref name="address"/> is not an address.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The address is in use, or not this machine's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No call could succeed with an option.</exception>
    public SmfServer(string address, SmfServerOptions? options = null)
        : this(new SocketListener(address), options)
    {
    }

    /// <summary>Creates a server over any transport.</summary>
    /// <param name="listener">The source of callers; disposed with the server.</param>
    /// <param name="options">Defaults apply if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">No call could succeed with an option.</exception>
    public SmfServer(IListener listener, SmfServerOptions? options = null)
    {
        Options = options ?? new SmfServerOptions();
        Options.Validate();
        Calls = new Budget(Options.CallsMax);
        Memory = new Budget(Options.MemoryBytesMax);
        _loop = new AcceptLoop(listener, Options, transport => new SmfServedConnection(this, transport));
    }

    /// <summary>The address it listens on; for port 0, with the port that the system chose.</summary>
    public string Address => _loop.Address;

    internal SmfServerOptions Options { get; }

    internal SmfRoutes Routes { get; } = new();

    internal Budget Calls { get; }

    /// <summary>
    /// For requests while they arrive and are decompressed, and for replies until they are written. A request takes all its memory at once, before
    /// its call, so no holder of memory waits for more, and replies wait for none.
    /// </summary>
    internal Budget Memory { get; }

    /// <summary>Registers the handler of a method. Before <see cref="Start"/>.</summary>
    /// <param name="id">The method's, see <see cref="RequestId.ForMethod"/>; not 0.</param>
    /// <param name="handler">Serves it.</param>
    /// <param name="method">Its name for logs and telemetry; the id by default.</param>
    /// <returns>This server.</returns>
    /// <exception cref="ArgumentException">The id is 0, or already has a handler.</exception>
    /// <exception cref="InvalidOperationException">The server has started.</exception>
    public SmfServer Map(RequestId id, SmfHandler handler, string? method = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(id.Value, nameof(id));
        ArgumentNullException.ThrowIfNull(handler);
        ThrowIfStarted();
        Routes.Add(id, handler, method);
        return this;
    }

    /// <summary>Registers the handler of all other methods; without it they get status 404. Before <see cref="Start"/>.</summary>
    /// <param name="handler">Serves them.</param>
    /// <returns>This server.</returns>
    /// <exception cref="InvalidOperationException">The server has started, or there is already a fallback.</exception>
    public SmfServer MapFallback(SmfHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ThrowIfStarted();
        Routes.AddFallback(handler);
        return this;
    }

    /// <summary>Starts to serve. Once.</summary>
    /// <exception cref="InvalidOperationException">It was already started or stopped.</exception>
    public void Start()
    {
        _started = true;
        _loop.Start();
    }

    /// <summary>Accepts no more connections, replies to further requests with 503, and closes each connection when its calls have ended.</summary>
    /// <param name="grace">
    /// How long calls may take to finish; the rest is cut off. <see cref="Timeout.InfiniteTimeSpan"/> waits without a limit.
    /// </param>
    /// <param name="cancel">Ends the grace period early.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="grace"/> is negative, or more than 24 days.</exception>
    public Task StopAsync(TimeSpan grace, CancellationToken cancel = default) => _loop.StopAsync(grace, cancel);

    /// <summary>Stops without a grace period, unless it was already stopped.</summary>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private void ThrowIfStarted()
    {
        if (_started)
            throw new InvalidOperationException($"{Address}: handlers must be registered before the server starts");
    }
}
