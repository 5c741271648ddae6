using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Limits;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Protocol.Server;

/// <summary>Serves callers, or a gateway, in the format smf.</summary>
/// <remarks>
/// A malformed request whose length is known gets an error reply, and its connection stays: callers that share it, behind a gateway, are not hurt. A connection
/// is not read while <see cref="ServerOptions.CallsMax"/> or <see cref="ServerOptions.MemoryBytesMax"/> is reached, or while its caller does not read its replies.
/// </remarks>
public sealed class SmfServer : IAsyncDisposable
{
    private readonly AcceptLoop _loop;
    private bool _started;

    /// <summary>
    /// A server on an address as people write it: <c>127.0.0.1:7001</c>, <c>127.0.0.1:0</c>, <c>unix:/run/x.sock</c>. It listens at once, and serves after
    /// <see cref="Start"/>.
    /// </summary>
    /// <param name="address">Where to listen.</param>
    /// <param name="options">What is not to be as it is by default.</param>
    /// <exception cref="FormatException"><paramref name="address"/> is none.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">It is taken, or not this machine's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option lets no call through.</exception>
    public SmfServer(string address, SmfServerOptions? options = null)
        : this(new SocketListener(address), options)
    {
    }

    /// <summary>A server over any transport.</summary>
    /// <param name="listener">Where callers come from; disposed with the server.</param>
    /// <param name="options">What is not to be as it is by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option lets no call through.</exception>
    public SmfServer(IListener listener, SmfServerOptions? options = null)
    {
        Options = options ?? new SmfServerOptions();
        Options.Validate();
        Calls = new Budget(Options.CallsMax);
        Memory = new Budget(Options.MemoryBytesMax);
        _loop = new AcceptLoop(listener, Options, transport => new SmfServedConnection(this, transport));
    }

    /// <summary>Where it listens; with the port that the system chose, where it was asked to.</summary>
    public string Address => _loop.Address;

    internal SmfServerOptions Options { get; }

    internal SmfRoutes Routes { get; } = new();

    internal Budget Calls { get; }

    /// <summary>
    /// Of requests as they come and unpacked, and of replies until they are written. A request takes all that it needs at once, before a call: nothing that holds
    /// some of it waits for more of it, and replies wait for nothing.
    /// </summary>
    internal Budget Memory { get; }

    /// <summary>Has a handler serve a method. Before <see cref="Start"/>.</summary>
    /// <param name="id">The method's, see <see cref="RequestId.ForMethod"/>; not 0.</param>
    /// <param name="handler">Serves it.</param>
    /// <param name="method">Its name for logs and telemetry; the id, if there is none.</param>
    /// <returns>This server.</returns>
    /// <exception cref="ArgumentException">The id is 0, or has a handler already.</exception>
    /// <exception cref="InvalidOperationException">The server has started.</exception>
    public SmfServer Map(RequestId id, SmfHandler handler, string? method = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(id.Value, nameof(id));
        ArgumentNullException.ThrowIfNull(handler);
        ThrowIfStarted();
        Routes.Add(id, handler, method);
        return this;
    }

    /// <summary>Has a handler serve every method that has none; without it they are answered with 404. Before <see cref="Start"/>.</summary>
    /// <param name="handler">Serves them.</param>
    /// <returns>This server.</returns>
    /// <exception cref="InvalidOperationException">The server has started, or there is a fallback already.</exception>
    public SmfServer MapFallback(SmfHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ThrowIfStarted();
        Routes.AddFallback(handler);
        return this;
    }

    /// <summary>Starts to serve. Once.</summary>
    /// <exception cref="InvalidOperationException">It was started or stopped before.</exception>
    public void Start()
    {
        _started = true;
        _loop.Start();
    }

    /// <summary>Accepts no more connections, answers further requests with 503, and ends each connection when its calls are over.</summary>
    /// <param name="grace">
    /// How long calls may take to end; what is left then is cut off. <see cref="Timeout.InfiniteTimeSpan"/> waits for as long as it takes.
    /// </param>
    /// <param name="cancel">Ends the grace early.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="grace"/> is less than 0, or more than 24 days.</exception>
    public Task StopAsync(TimeSpan grace, CancellationToken cancel = default) => _loop.StopAsync(grace, cancel);

    /// <summary>Stops without grace, unless it was stopped before.</summary>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private void ThrowIfStarted()
    {
        if (_started)
            throw new InvalidOperationException($"{Address}: handlers are named before the server starts");
    }
}
