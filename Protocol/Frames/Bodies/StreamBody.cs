namespace FrameRpc.Protocol.Frames.Bodies;

/// <summary>Octets from a stream, read straight into the memory that is sent: what one read gives is one frame, and an empty one ends the part.</summary>
internal sealed class StreamBody(Stream source, bool leaveOpen) : FrameBody
{
    /// <summary>Bytes of one read; with the frame header before them, an array of the pool. The length stands before the payload, so a frame is no longer than what is held of it.</summary>
    public const int FrameBytes = (256 << 10) - FrameHeader.Bytes;

    public override DataType DataType => DataType.Octets;

    internal override async ValueTask WriteAsync(FrameWriter writer, CancellationToken stop)
    {
        // A stream may take its time, and who waits for a reply should know by its header that it has come.
        await writer.FlushHeaderAsync().ConfigureAwait(false);
        int read;
        do
        {
            Memory<byte> payload = writer.ReservePayload(FrameBytes);
            try
            {
                read = await source.ReadAsync(payload, stop).ConfigureAwait(false);
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                throw new BodySourceException(e);
            }
            await writer.WriteReservedAsync(read, last: read == 0).ConfigureAwait(false);
        }
        while (read > 0);
    }

    internal override ValueTask ReleaseAsync() => leaveOpen ? ValueTask.CompletedTask : source.DisposeAsync();
}
