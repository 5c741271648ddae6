namespace FrameRpc.Protocol.Frames;

/// <summary>What a JSON text needs next by RFC 8259. The order matters: up to <see cref="End"/> the text stands between two tokens.</summary>
internal enum JsonState : byte
{
    Value, ValueOrEnd, Name, NameOrEnd, Colon, CommaOrEnd, End,
    String, Escape, HexDigits, Utf8Tail,
    Literal,
    Minus, Zero, Integer, Point, Fraction, Exponent, ExponentSign, ExponentDigits,
    Broken,
}
