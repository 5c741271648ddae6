namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>A file of ours could not be read or written: nobody on the connection is to blame.</summary>
internal sealed class LocalFileException(string message, Exception inner) : Exception(message, inner);
