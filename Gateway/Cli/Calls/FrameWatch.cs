using System.Buffers;
using System.Text;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>Watches the frames of one direction.</summary>
/// <param name="arrow">The direction, in the trace.</param>
/// <param name="trace">Receives each frame, with <c>--verbose</c>.</param>
/// <param name="onHeader">Receives each header part as it is on the wire.</param>
internal sealed class FrameWatch(string arrow, Trace? trace, Action<string> onHeader) : MessageWatch(FrameHeader.Bytes)
{
    private readonly ArrayBufferWriter<byte> _header = new();
    private FrameHeader _frame;

    /// <summary>The type of the data, from the last header part.</summary>
    public DataType DataType { get; private set; }

    /// <summary>The requested type of the reply, from the last header part.</summary>
    public DataType Accept { get; private set; }

    /// <summary>Who is to blame, from the last header part; none before it has passed.</summary>
    public ReplyError Error { get; private set; }

    protected override bool InBody => _frame.Type is FrameType.Data;

    protected override long? OnHead(ReadOnlySpan<byte> head)
    {
        _frame = FrameHeader.Read(head);
        return _frame.IsValid ? _frame.PayloadLength : null;
    }

    protected override void OnPayload(ReadOnlySpan<byte> kept, long length)
    {
        trace?.Write($"{arrow} {Describe(kept, length)}");
        if (_frame.Type is not FrameType.Header || _header.WrittenCount + length > MessageHeader.BytesMax)
            return;
        _header.Write(kept);
        if (!_frame.NoMoreFrames)
            return;
        OnHeaderPart(_header.WrittenSpan);
        _header.ResetWrittenCount();
    }

    protected override void OnBroken(ReadOnlySpan<byte> head) => trace?.Write($"{arrow} {Convert.ToHexStringLower(head)} is not the start of a frame");

    protected override void OnCut(long came, long length) => trace?.Write($"{arrow} {Name} cut: {came} of its {length} bytes passed");

    private string Name => _frame.Type is FrameType.Header ? "header" : "data";

    private void OnHeaderPart(ReadOnlySpan<byte> json)
    {
        MessageHeaderFault fault = MessageHeader.TryRead(json, stackalloc byte[MessageHeader.BytesMax], out MessageHeader header);
        DataType = fault is MessageHeaderFault.None ? header.DataType : DataType.Absent;
        Accept = fault is MessageHeaderFault.None ? header.Accept : DataType.Absent;
        Error = fault is MessageHeaderFault.None ? header.Error : ReplyError.Absent;
        onHeader(Excerpt.Printable(Encoding.UTF8.GetString(json)));
    }

    private string Describe(ReadOnlySpan<byte> kept, long length)
    {
        if (_frame.Type is FrameType.Reset)
            return "reset";
        string frame = $"{Name} {length} bytes"
            + $"{(_frame.NoMoreFrames && _frame.Type is FrameType.Data ? ", last" : _frame.NoMoreFrames ? "" : ", more to come")}";
        string text = _frame.Type is FrameType.Header || DataType is DataType.Json ? Excerpt.OfText(kept, length) : Excerpt.OfBytes(kept, length);
        return length == 0 ? frame : $"{frame}  {text}";
    }
}
