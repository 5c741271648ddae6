using System.Runtime.CompilerServices;

namespace FrameRpc.Protocol.Frames;

/// <summary>The open brackets of a JSON text, one bit per level, and the punctuation that they allow.</summary>
internal struct JsonNesting
{
    /// <summary>As System.Text.Json's default: 64 nested arrays are accepted, 65 are not.</summary>
    private const int DepthMax = 64;

    // Bit n is set if level n + 1 is an object. Bit 0 stays after its bracket has closed: only one value may be outermost.
    private ulong _objects;
    private int _depth;

    /// <summary>Number of open brackets.</summary>
    public readonly int Depth => _depth;

    public readonly bool OutermostIsObject => (_objects & 1) != 0;

    /// <summary>What follows a complete value.</summary>
    public readonly JsonState AfterValue => _depth == 0 ? JsonState.End : JsonState.CommaOrEnd;

    public readonly JsonState AfterComma => InObject ? JsonState.Name : JsonState.Value;

    public readonly bool InArray => _depth > 0 && !InObject;

    private readonly bool InObject => (_objects >> (_depth - 1) & 1) != 0;

    /// <summary>What follows a bracket, comma or colon; <see cref="JsonState.Broken"/> if it is not allowed here, and for any other byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public JsonState Take(byte punctuation, JsonState state)
    {
        switch (punctuation)
        {
            case (byte)'{' when state <= JsonState.ValueOrEnd && _depth < DepthMax:
                _objects |= 1UL << _depth++;
                return JsonState.NameOrEnd;
            case (byte)'[' when state <= JsonState.ValueOrEnd && _depth < DepthMax:
                _objects &= ~(1UL << _depth++);
                return JsonState.ValueOrEnd;
            case (byte)':' when state == JsonState.Colon:
                return JsonState.Value;
            case (byte)',' when state == JsonState.CommaOrEnd:
                return AfterComma;
            case (byte)'}' when state == JsonState.NameOrEnd || (state == JsonState.CommaOrEnd && InObject):
            case (byte)']' when state == JsonState.ValueOrEnd || (state == JsonState.CommaOrEnd && !InObject):
                _depth--;
                return AfterValue;
            default:
                return JsonState.Broken;
        }
    }
}
