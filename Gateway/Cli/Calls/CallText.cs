namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>The lines about a call that people read. A progress line that stands on the same terminal makes room for each of them.</summary>
internal sealed class CallText(TextWriter output)
{
    private readonly Lock _lock = new();

    public TransferProgress? Progress { get; set; }

    public void Line(string line) => Write(writer => writer.WriteLine(line));

    /// <param name="front">The first bytes of a body.</param>
    /// <param name="length">How many it has.</param>
    public void Dump(ReadOnlyMemory<byte> front, long length) => Write(writer => HexDump.Write(writer, front.Span, length));

    private void Write(Action<TextWriter> write)
    {
        lock (_lock)
        {
            Progress?.Clear();
            write(output);
        }
    }
}
