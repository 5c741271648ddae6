using System.Buffers.Binary;

namespace FrameRpc.Protocol.Frames;

/// <summary><c>true</c>, <c>false</c> and <c>null</c>, distinguished by their first letter.</summary>
internal static class JsonLiteral
{
    public const int BytesMax = 5;

    private static readonly uint True = BinaryPrimitives.ReadUInt32LittleEndian("true"u8);
    private static readonly uint Null = BinaryPrimitives.ReadUInt32LittleEndian("null"u8);
    private static readonly uint False = BinaryPrimitives.ReadUInt32LittleEndian("fals"u8);

    public static ReadOnlySpan<byte> Of(byte first) => first switch
    {
        (byte)'t' => "true"u8,
        (byte)'f' => "false"u8,
        _ => "null"u8,
    };

    /// <summary>The index after the literal at <paramref name="at"/>, or <see cref="JsonChecker.NotTaken"/> if there is none.</summary>
    /// <param name="text">Has at least <see cref="BytesMax"/> bytes from there on.</param>
    /// <param name="at">Where it begins.</param>
    public static int End(ReadOnlySpan<byte> text, int at)
    {
        uint four = BinaryPrimitives.ReadUInt32LittleEndian(text[at..]);
        if (four == True || four == Null)
            return at + 4;
        return four == False && text[at + 4] == 'e' ? at + 5 : JsonChecker.NotTaken;
    }
}
