namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>What a call reads and writes as octets where a file is named <c>-</c>.</summary>
/// <param name="OpenInput">Standard input.</param>
/// <param name="OpenOutput">Standard output.</param>
/// <param name="ErrorIsTerminal">Whether somebody watches standard error, so that a line there may be written over.</param>
internal sealed record StandardStreams(Func<Stream> OpenInput, Func<Stream> OpenOutput, bool ErrorIsTerminal)
{
    public static StandardStreams OfProcess() => new(Console.OpenStandardInput, () => new StandardOutput(), !Console.IsErrorRedirected);
}
