namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>The system's libzstd or liblz4, which is loaded when first needed, is not there.</summary>
/// <remarks>
/// The message names the library, the file names that were tried, and what to install on Debian, Alpine, macOS and Windows. The answer is kept: a library
/// installed later is found after a restart.
/// </remarks>
/// <param name="message">What is missing, and what to do.</param>
public sealed class SmfCompressionUnavailableException(string message) : InvalidOperationException(message);
