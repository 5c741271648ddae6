namespace FrameRpc.Protocol.Frames.Bodies;

/// <summary>One empty frame: a message without a data part would make the reader take the next header for it.</summary>
internal sealed class NoBody : FrameBody
{
    public override DataType DataType => DataType.None;

    internal override ValueTask WriteAsync(FrameWriter writer, CancellationToken stop) => writer.WriteFrameAsync(default, last: true);
}
