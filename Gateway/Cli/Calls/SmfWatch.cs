using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>Watches the smf messages of one direction.</summary>
/// <param name="arrow">The direction, in the trace.</param>
/// <param name="meta">Formats the last field of a header, whose meaning depends on the direction.</param>
/// <param name="trace">Receives each message, with <c>--verbose</c>.</param>
/// <param name="onHeader">Receives each header.</param>
internal sealed class SmfWatch(string arrow, Func<uint, string> meta, Trace? trace, Action<string> onHeader) : MessageWatch(SmfHeader.Bytes)
{
    private SmfHeader _header;
    private byte[] _front = [];

    /// <summary>The first bytes of the last payload, as on the wire; a long payload is not kept whole.</summary>
    public ReadOnlyMemory<byte> Front => _front;

    /// <summary>Bytes of the last payload.</summary>
    public uint Size => _header.Size;

    protected override bool InBody => true;

    protected override long? OnHead(ReadOnlySpan<byte> head)
    {
        _header = SmfHeader.Read(head);
        onHeader(Describe() + (_header.Compression is SmfCompression.None ? "" : $"  compression {_header.Compression}"));
        return _header.Size;
    }

    protected override void OnPayload(ReadOnlySpan<byte> kept, long length)
    {
        _front = kept.ToArray();
        trace?.Write($"{arrow} {Describe()}  compression {_header.Compression}  flags {_header.Flags}  {Excerpt.OfBytes(kept, length)}");
    }

    protected override void OnBroken(ReadOnlySpan<byte> head) => trace?.Write($"{arrow} {Convert.ToHexStringLower(head)} is not a whole header");

    protected override void OnCut(long came, long length) => trace?.Write($"{arrow} {Describe()} cut: {came} bytes passed");

    private string Describe() => $"{meta(_header.Meta)}  session {_header.Session}  size {_header.Size}  checksum 0x{_header.Checksum:x8}";
}
