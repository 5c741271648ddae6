using System.Text.Json.Serialization;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Services;

namespace Reconnect;

/// <summary>Something to call. A method that takes <see cref="CallOptions"/> lets each call say how patient it is.</summary>
[FrameService(typeof(ClockJson))]
internal interface IClock
{
    Task<DateTimeOffset> NowAsync(CallOptions options = default, CancellationToken cancel = default);
}

internal sealed class Clock : IClock
{
    public Task<DateTimeOffset> NowAsync(CallOptions options, CancellationToken cancel) => Task.FromResult(DateTimeOffset.UtcNow);
}

[JsonSerializable(typeof(DateTimeOffset))]
internal sealed partial class ClockJson : JsonSerializerContext;
