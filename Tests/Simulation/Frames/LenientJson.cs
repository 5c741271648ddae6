using System.Text.Json;

namespace FrameRpc.Tests.Simulation.Frames;

/// <summary>
/// One JSON value of a part, as Go's decoder reads it: 512 bytes at a time, up to the end of the value or its first error. Bytes read after the value
/// are lost, unread ones stay in the connection.
/// </summary>
internal sealed class LenientJson(int bytesMax = int.MaxValue)
{
    private const int ReadBytes = 512;

    private readonly List<byte> _read = [];
    private LenientPart _part = new(bytesMax);

    /// <summary>The value; null if it is invalid.</summary>
    public JsonElement? Value { get; private set; }

    /// <summary>The value's own bytes.</summary>
    public byte[] Text { get; private set; } = [];

    /// <summary>False while more is needed.</summary>
    public bool TryDecode(ByteQueue connection)
    {
        while (true)
        {
            LenientRead read = _part.Read(connection, ReadBytes, _read);
            if (read == LenientRead.Nothing)
                return false;
            if (read == LenientRead.Broken || HasValueOrFault(isEnd: read == LenientRead.End))
                return true;
        }
    }

    private bool HasValueOrFault(bool isEnd)
    {
        byte[] bytes = [.. _read];
        var reader = new Utf8JsonReader(bytes, isFinalBlock: isEnd, new JsonReaderState(new JsonReaderOptions { AllowMultipleValues = true }));
        try
        {
            if (!JsonElement.TryParseValue(ref reader, out JsonElement? value))
                return isEnd;
            Value = value;
            Text = bytes[..(int)reader.BytesConsumed];
            return true;
        }
        catch (JsonException)
        {
            return true;
        }
    }
}
