namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>What a call in either format is told.</summary>
/// <param name="Address">Where to call, as it was written.</param>
/// <param name="Limit">See <see cref="CallTimeLimit"/>.</param>
/// <param name="Output">The file for the reply's body; null to show it.</param>
/// <param name="Json">Whether to report to a program.</param>
/// <param name="Verbose">Whether to show what passes on the wire.</param>
internal sealed record CallSettings(string Address, TimeSpan Limit, string? Output, bool Json, bool Verbose);

/// <summary>What a call has around it.</summary>
internal sealed record CallConsole(TextWriter Output, TextWriter Error, StandardStreams Streams, CallFiles Files, TimeProvider Clock);
