using System.Text.Json.Serialization;

namespace FrameRpc.Gateway.Admin.Views;

/// <summary>All of <c>GET /backends</c>: how each backend and each of its servers is just now, over all workers.</summary>
/// <param name="Backends">In the order of gateway.json.</param>
internal sealed record BackendsView(IReadOnlyList<BackendView> Backends);

/// <summary>A backend, as <c>GET /backends</c> shows it.</summary>
/// <param name="Name">As gateway.json calls it.</param>
/// <param name="Protocol"><c>smf</c> or <c>frame</c>.</param>
/// <param name="CallsWaiting">Calls that wait for a connection of their own.</param>
/// <param name="Servers">In the order of gateway.json.</param>
internal sealed record BackendView(string Name, string Protocol, int CallsWaiting, IReadOnlyList<ServerView> Servers);

/// <summary>A server of a backend, as <c>GET /backends</c> shows it.</summary>
/// <param name="Address">As gateway.json has it.</param>
/// <param name="Weight">Its share of the calls, relative to the others.</param>
/// <param name="Up">Every worker that tried to connect lately could.</param>
/// <param name="DownForWorkers">The numbers of the workers that could not, when they tried last.</param>
/// <param name="Lanes">The connections to it.</param>
/// <param name="CallsInFlight">Calls that it has not answered yet.</param>
internal sealed record ServerView(string Address, int Weight, bool Up, IReadOnlyList<int> DownForWorkers, LanesView Lanes, int CallsInFlight);

/// <summary>The connections to one server.</summary>
/// <param name="Shared">Those that many small smf calls share.</param>
/// <param name="Exclusive">Those that carry one call at a time: busy, idle, and being connected.</param>
/// <param name="Idle">Of the exclusive ones, those that wait for a call.</param>
internal sealed record LanesView(int Shared, int Exclusive, int Idle);

/// <summary>All of <c>GET /routes</c>.</summary>
/// <param name="Routes">In the order of gateway.json.</param>
internal sealed record RoutesView(IReadOnlyList<RouteView> Routes);

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

/// <summary>How views are written: by code made at compile time, in camelCase, and laid out for people.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(RoutesView))]
[JsonSerializable(typeof(BackendsView))]
internal sealed partial class ViewJson : JsonSerializerContext;
