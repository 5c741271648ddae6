namespace FrameRpc.Gateway.Admin.Views;

/// <summary>A backend, as <c>GET /backends</c> shows it.</summary>
/// <param name="Name">As gateway.json calls it.</param>
/// <param name="Protocol"><c>smf</c> or <c>frame</c>.</param>
/// <param name="CallsWaiting">Calls that wait for a connection of their own.</param>
/// <param name="Servers">In the order of gateway.json.</param>
internal sealed record BackendView(string Name, string Protocol, int CallsWaiting, IReadOnlyList<ServerView> Servers);
