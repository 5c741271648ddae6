namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>A payload as sent, with its header fields.</summary>
/// <param name="Compression">Its compression.</param>
/// <param name="Bytes">The caller's own memory, or that of <paramref name="Owner"/>.</param>
/// <param name="Checksum">0 if every form of this payload has the checksum 0: it cannot be sent.</param>
/// <param name="Owner">Owns the compressed bytes, if compression was used.</param>
internal readonly record struct SmfPacked(SmfCompression Compression, ReadOnlyMemory<byte> Bytes, uint Checksum, RentedBytes? Owner)
{
    private static readonly byte[] EmptyTable = SmfEmptyReply.Payload.ToArray();

    /// <summary>The empty table.</summary>
    public static SmfPacked Empty { get; } = Of(EmptyTable, null);

    /// <summary>Compresses a payload if that makes it smaller. An empty one, which the format does not have, becomes the empty table.</summary>
    public static SmfPacked Of(ReadOnlyMemory<byte> payload, SmfCompressor? compressor)
    {
        if (payload.IsEmpty)
            payload = EmptyTable;
        if (compressor is not null && payload.Length >= compressor.MinimumBytes && Compress(payload, compressor) is { } smaller)
            return smaller;
        return new SmfPacked(SmfCompression.None, payload, SmfChecksum.Of(payload.Span), null);
    }

    public SmfHeader Header(ushort session, uint meta) => new(Compression, 0, session, (uint)Bytes.Length, Checksum, meta);

    private static SmfPacked? Compress(ReadOnlyMemory<byte> payload, SmfCompressor compressor)
    {
        var packed = new RentedBytes();
        if (compressor.TryCompress(payload.Span, packed, out _) && SmfChecksum.Of(packed.Memory.Span) is not 0 and var checksum)
            return new SmfPacked(compressor.Algorithm, packed.Memory, checksum, packed);
        packed.Dispose();
        return null;
    }
}
