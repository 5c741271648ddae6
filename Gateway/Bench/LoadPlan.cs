using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Bench;

/// <summary>A validated description of the load.</summary>
internal sealed record LoadPlan
{
    public required Address Address { get; init; }
    public required ILoadFormat Format { get; init; }
    public required int Connections { get; init; }
    /// <summary>Concurrent calls per connection.</summary>
    public required int InFlight { get; init; }
    /// <summary>Bytes of a request's payload.</summary>
    public required int SizeBytes { get; init; }
    public required int Threads { get; init; }
    /// <summary>How long to measure.</summary>
    public required TimeSpan Duration { get; init; }
    /// <summary>Number of calls to measure, instead of <see cref="Duration"/>.</summary>
    public required long? Count { get; init; }
    /// <summary>How long to make calls, checked like the others, before measuring.</summary>
    public required TimeSpan WarmUp { get; init; }
    /// <summary>Calls a second over all connections; null sends each call when a reply arrives.</summary>
    public required int? CallsPerSecond { get; init; }
    /// <summary>How long nothing may move while replies are outstanding.</summary>
    public required TimeSpan Timeout { get; init; }
    /// <summary>The method of smf calls.</summary>
    public required RequestId Id { get; init; }
    /// <summary>The method of frame calls.</summary>
    public required string Endpoint { get; init; }
    /// <summary>The body of frame calls: <see cref="DataType.Json"/> or <see cref="DataType.Octets"/>.</summary>
    public required DataType DataType { get; init; }
    /// <summary>Bytes that each frame call downloads from <see cref="Endpoint"/>; null to send a body and expect it back.</summary>
    public required long? StreamBytes { get; init; }
    /// <summary>Octets that each frame call uploads to <see cref="Endpoint"/>, which replies with the number received.</summary>
    public required long? UploadBytes { get; init; }
}
