namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>Settings of a call in either format.</summary>
/// <param name="Address">The address to call, as it was written.</param>
/// <param name="Limit">See <see cref="CallTimeLimit"/>.</param>
/// <param name="Output">The file for the reply's body; null to print it.</param>
/// <param name="Json">Whether to report in JSON.</param>
/// <param name="Verbose">Whether to print what passes on the wire.</param>
internal sealed record CallSettings(string Address, TimeSpan Limit, string? Output, bool Json, bool Verbose);

internal sealed record CallConsole(TextWriter Output, TextWriter Error, StandardStreams Streams, CallFiles Files, TimeProvider Clock);
