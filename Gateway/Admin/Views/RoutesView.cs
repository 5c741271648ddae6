namespace FrameRpc.Gateway.Admin.Views;

/// <summary>All of <c>GET /routes</c>.</summary>
/// <param name="Routes">In the order of gateway.json.</param>
internal sealed record RoutesView(IReadOnlyList<RouteView> Routes);
