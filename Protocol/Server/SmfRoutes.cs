using FrameRpc.Protocol.Identity;

namespace FrameRpc.Protocol.Server;

/// <summary>The handlers by request id. Filled before the server starts, and only read afterwards.</summary>
internal sealed class SmfRoutes
{
    private readonly Dictionary<uint, SmfRoute> _routes = [];
    private SmfRoute? _fallback;

    /// <exception cref="ArgumentException">The id already has a handler.</exception>
    public void Add(RequestId id, SmfHandler handler, string? method)
    {
        var route = new SmfRoute(method ?? id.ToString(), handler);
        if (!_routes.TryAdd(id.Value, route))
            throw new ArgumentException($"{id} of {route.Method} already has a handler, that of {_routes[id.Value].Method}", nameof(id));
    }

    /// <exception cref="InvalidOperationException">There is already a fallback.</exception>
    public void AddFallback(SmfHandler handler)
    {
        if (_fallback is not null)
            throw new InvalidOperationException("there is already a fallback");
        _fallback = new SmfRoute("fallback", handler);
    }

    public SmfRoute? Find(uint id) => _routes.TryGetValue(id, out SmfRoute? route) ? route : _fallback;
}

/// <param name="Method">Its name in logs and telemetry.</param>
/// <param name="Handler">Serves it.</param>
internal sealed record SmfRoute(string Method, SmfHandler Handler);
