namespace FrameRpc.Gateway.Configuration;

/// <summary>A line for calls that end.</summary>
internal sealed record AccessLogOptions
{
    /// <summary>What <c>accessLog.to</c> says instead of a path.</summary>
    public const string Off = "off", StandardOutput = "stdout", StandardError = "stderr";

    /// <summary><see cref="StandardOutput"/>, <see cref="StandardError"/> or a file's path.</summary>
    public required string To { get; init; }
    /// <summary>Of so many calls of a worker one is told. 1 by default.</summary>
    public required int OneIn { get; init; }
    /// <summary>Lines of one worker that may wait to be written. 8,192 by default.</summary>
    public required int LinesWaitingMax { get; init; }
}
