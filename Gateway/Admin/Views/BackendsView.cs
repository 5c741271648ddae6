namespace FrameRpc.Gateway.Admin.Views;

/// <summary>All of <c>GET /backends</c>: how each backend and each of its servers is just now, over all workers.</summary>
/// <param name="Backends">In the order of gateway.json.</param>
internal sealed record BackendsView(IReadOnlyList<BackendView> Backends);
