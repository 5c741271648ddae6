using System.Text.Json.Serialization;

namespace FrameRpc.Gateway.Admin.Views;

/// <summary>Response of <c>GET /backends</c>: the current state of each backend and server, over all workers.</summary>
/// <param name="Backends">In the order of gateway.json.</param>
internal sealed record BackendsView(IReadOnlyList<BackendView> Backends);

/// <summary>A backend in <c>GET /backends</c>.</summary>
/// <param name="Name">As in gateway.json.</param>
/// <param name="Protocol"><c>smf</c> or <c>frame</c>.</param>
/// <param name="CallsWaiting">Calls that wait for an exclusive connection.</param>
/// <param name="UsesEjected">More servers are ejected than <c>ejectedPercentMax</c> allows, so that all are used.</param>
/// <param name="Servers">In the order of gateway.json, followed by those that have left it and still have calls or connections.</param>
internal sealed record BackendView(string Name, string Protocol, int CallsWaiting, bool UsesEjected, IReadOnlyList<ServerView> Servers);

/// <summary>A server in <c>GET /backends</c>.</summary>
/// <param name="Address">As in gateway.json.</param>
/// <param name="Weight">Its share of the calls, relative to the others; 0 for one that has left.</param>
/// <param name="Up">It gets calls: its state is <c>up</c> or <c>warming</c>.</param>
/// <param name="State"><c>unknown</c>, <c>up</c>, <c>ejected</c>, <c>down</c>, <c>warming</c> or <c>draining</c>.</param>
/// <param name="Reason">What shows it.</param>
/// <param name="Since">When it became so; null while it drains.</param>
/// <param name="DownForWorkers">The numbers of the workers whose last attempt to connect failed.</param>
/// <param name="Connections">The connections to it.</param>
/// <param name="CallsInFlight">Calls that it has not answered yet.</param>
/// <param name="Faults">Calls that it failed, since the start.</param>
/// <param name="Ejections">Ejections, by each worker, since the start.</param>
internal sealed record ServerView(
    string Address, int Weight, bool Up, string State, string Reason, DateTimeOffset? Since, IReadOnlyList<int> DownForWorkers,
    [property: JsonPropertyName("lanes")] ServerConnectionsView Connections, int CallsInFlight, long Faults, long Ejections);

/// <summary>The connections to one server.</summary>
/// <param name="Shared">Those that many small smf calls share.</param>
/// <param name="Exclusive">Those that carry one call at a time: busy, idle or connecting.</param>
/// <param name="Idle">Exclusive ones without a call.</param>
internal sealed record ServerConnectionsView(int Shared, int Exclusive, int Idle);

/// <summary>Response of <c>GET /routes</c>.</summary>
/// <param name="Routes">In the order of gateway.json.</param>
internal sealed record RoutesView(IReadOnlyList<RouteView> Routes);

/// <summary>A route in <c>GET /routes</c>.</summary>
/// <param name="Id">The request id on the wire, in hexadecimal: <c>0x6ad4023d</c>.</param>
/// <param name="Name">Its name in logs and metrics.</param>
/// <param name="Method">The method that the id was computed from; null if only the id is known.</param>
/// <param name="Protocol"><c>smf</c> or <c>frame</c>.</param>
/// <param name="Backend">The name of its backend.</param>
/// <param name="Timeout">How long a call may stand still, in the form of gateway.json: <c>2s</c>.</param>
/// <param name="MessageBytesMax">The longest smf body, or JSON part of a frame message.</param>
/// <param name="OctetsBytesMax">The longest octets part of a frame request; null for no limit.</param>
internal sealed record RouteView(
    string Id, string Name, string? Method, string Protocol, string Backend, string Timeout, long MessageBytesMax, long? OctetsBytesMax);

/// <summary>Source-generated serialization, in camelCase and indented.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(RoutesView))]
[JsonSerializable(typeof(BackendsView))]
internal sealed partial class ViewJson : JsonSerializerContext;
