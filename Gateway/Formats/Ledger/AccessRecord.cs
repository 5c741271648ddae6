namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>One call that ended, as the access log has it.</summary>
internal readonly record struct AccessRecord
{
    public required DateTimeOffset Ended { get; init; }

    /// <summary>Where it is counted, which knows the names of listener, route and backend, and those of the statuses.</summary>
    public required CallTally Tally { get; init; }

    /// <summary>The server's address; null where it was sent to none.</summary>
    public required string? Server { get; init; }

    public required CallStatus Status { get; init; }

    public required long TookUs { get; init; }

    public required long RequestBytes { get; init; }

    public required long ReplyBytes { get; init; }

    /// <summary>The request id of an smf call without a route; 0 for all others, whose route says it.</summary>
    public required uint UnknownId { get; init; }

    /// <summary>The caller's address.</summary>
    public required string Caller { get; init; }
}
