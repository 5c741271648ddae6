using FrameRpc.Protocol.Errors;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>How a call went.</summary>
internal sealed record CallResult
{
    /// <summary>What failed; null when nothing did.</summary>
    public string? Message { get; init; }

    /// <summary>HTTP's numbers, as smf has them; null when the call failed on this side.</summary>
    public uint? Status { get; init; }

    /// <summary>Null when nothing failed, or on this side.</summary>
    public Blame? Blame { get; init; }

    /// <summary>What to try.</summary>
    public IReadOnlyList<string> Hints { get; init; } = [];

    /// <summary>The reply's body, if it is JSON and was not written to a file.</summary>
    public ReadOnlyMemory<byte>? Json { get; init; }

    /// <summary>The reply's body, if it is bytes and was not written to a file.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; init; }

    public bool Success => Message is null;
}
