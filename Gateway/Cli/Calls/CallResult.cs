using FrameRpc.Protocol.Errors;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>The outcome of a call.</summary>
internal sealed record CallResult
{
    /// <summary>The error; null on success.</summary>
    public string? Message { get; init; }

    /// <summary>The HTTP status code, as in smf; null if the call failed on this side.</summary>
    public uint? Status { get; init; }

    /// <summary>Null on success, or if the call failed on this side.</summary>
    public Blame? Blame { get; init; }

    public IReadOnlyList<string> Hints { get; init; } = [];

    /// <summary>The reply's body, if it is JSON and was not written to a file.</summary>
    public ReadOnlyMemory<byte>? Json { get; init; }

    /// <summary>The reply's body, if it is octets and was not written to a file.</summary>
    public ReadOnlyMemory<byte>? Bytes { get; init; }

    public bool Success => Message is null;
}
