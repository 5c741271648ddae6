namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>One completed call, for the access log.</summary>
internal readonly record struct AccessRecord
{
    public required DateTimeOffset Ended { get; init; }

    /// <summary>The tally that counts it, which has the names of listener, route, backend and statuses.</summary>
    public required CallTally Tally { get; init; }

    /// <summary>The server's address; null if it was sent to none.</summary>
    public required string? Server { get; init; }

    public required CallStatus Status { get; init; }

    public required long TookUs { get; init; }

    public required long RequestBytes { get; init; }

    public required long ReplyBytes { get; init; }

    /// <summary>The request id of an smf call without a route; otherwise 0.</summary>
    public required uint UnknownId { get; init; }

    /// <summary>The caller's address.</summary>
    public required string Caller { get; init; }
}
