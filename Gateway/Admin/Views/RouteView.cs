namespace FrameRpc.Gateway.Admin.Views;

/// <summary>A route, as <c>GET /routes</c> shows it.</summary>
/// <param name="Id">As it is on the wire, in hexadecimal: <c>0x6ad4023d</c>.</param>
/// <param name="Name">The route's name in logs and metrics.</param>
/// <param name="Method">What the id was computed from; null where only the id is known.</param>
/// <param name="Protocol"><c>smf</c> or <c>frame</c>.</param>
/// <param name="Backend">The name of the backend that serves it.</param>
/// <param name="Timeout">How long a call may stand still, in the form of gateway.json: <c>2s</c>.</param>
/// <param name="MessageBytesMax">The longest smf body, or JSON part of a frame message.</param>
/// <param name="OctetsBytesMax">The longest octets part of a frame request; null for no limit.</param>
internal sealed record RouteView(
    string Id, string Name, string? Method, string Protocol, string Backend, string Timeout, long MessageBytesMax, long? OctetsBytesMax);
