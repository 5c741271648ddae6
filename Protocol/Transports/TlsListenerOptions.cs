using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Protocol.Transports;

/// <summary>What a <see cref="TlsListener"/> can be told besides its certificate.</summary>
public sealed record TlsListenerOptions
{
    /// <summary>Where handshakes that were dropped are logged.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The clock of the handshakes' time limits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
