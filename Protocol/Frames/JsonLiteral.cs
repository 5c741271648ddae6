namespace FrameRpc.Protocol.Frames;

/// <summary><c>true</c>, <c>false</c> and <c>null</c>, told apart by their first letter.</summary>
internal static class JsonLiteral
{
    public static ReadOnlySpan<byte> Of(byte first) => first switch
    {
        (byte)'t' => "true"u8,
        (byte)'f' => "false"u8,
        _ => "null"u8,
    };

    /// <summary>The index behind the literal at <paramref name="at"/>, or <see cref="JsonChecker.NotTaken"/> where there is none.</summary>
    public static int End(ReadOnlySpan<byte> text, int at)
    {
        ReadOnlySpan<byte> literal = Of(text[at]);
        return text[at..].StartsWith(literal) ? at + literal.Length : JsonChecker.NotTaken;
    }
}
