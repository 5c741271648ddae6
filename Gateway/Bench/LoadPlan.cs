using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Bench;

/// <summary>The load that is asked for, checked: what is here can run.</summary>
internal sealed record LoadPlan
{
    public required Address Address { get; init; }
    public required ILoadFormat Format { get; init; }
    public required int Connections { get; init; }
    /// <summary>Calls of one connection at once.</summary>
    public required int InFlight { get; init; }
    /// <summary>Bytes of a request's payload.</summary>
    public required int SizeBytes { get; init; }
    public required int Threads { get; init; }
    /// <summary>Calls in this time are measured.</summary>
    public required TimeSpan Duration { get; init; }
    /// <summary>As many calls are measured, in place of <see cref="Duration"/>.</summary>
    public required long? Count { get; init; }
    /// <summary>Calls before the measured ones, checked like them.</summary>
    public required TimeSpan WarmUp { get; init; }
    /// <summary>Calls a second over all connections, sent by the clock; null sends the next call when a reply has come.</summary>
    public required int? CallsPerSecond { get; init; }
    /// <summary>How long nothing may move while replies are missing.</summary>
    public required TimeSpan Timeout { get; init; }
    /// <summary>The method of smf calls.</summary>
    public required RequestId Id { get; init; }
    /// <summary>The method of frame calls.</summary>
    public required string Endpoint { get; init; }
    /// <summary>What the body of a frame call is: <see cref="DataType.Json"/> or <see cref="DataType.Octets"/>.</summary>
    public required DataType DataType { get; init; }
    /// <summary>Frame calls ask <see cref="Endpoint"/> to stream as many bytes as this; null sends a body and expects it back.</summary>
    public required long? StreamBytes { get; init; }
    /// <summary>Frame calls upload as many octets as this to <see cref="Endpoint"/>, which answers how many came.</summary>
    public required long? UploadBytes { get; init; }
}
