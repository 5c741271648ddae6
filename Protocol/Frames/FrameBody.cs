using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FrameRpc.Protocol.Frames;

/// <summary>The data part of a message to send: nothing, one JSON value, or a stream of octets. It is sent once.</summary>
public abstract class FrameBody
{
    private protected FrameBody()
    {
    }

    /// <summary>A data part without bytes.</summary>
    public static FrameBody None { get; } = new NoBody();

    /// <summary>The type declared in the header.</summary>
    public abstract DataType DataType { get; }

    /// <summary>The length of a JSON value, which is limited; 0 for anything else, which is not.</summary>
    internal virtual int JsonBytes => 0;

    /// <summary>A value as JSON. It is serialized here, so that a value that cannot be serialized does not break a connection.</summary>
    /// <exception cref="JsonException">The value cannot be serialized.</exception>
    public static FrameBody Json<T>(T value, JsonTypeInfo<T> type) => new JsonBody(JsonSerializer.SerializeToUtf8Bytes(value, type));

    /// <summary>A value that is already JSON, in UTF-8.</summary>
    /// <param name="utf8Value">
    /// One value and nothing else: further bytes would be taken for the next message. It must not change until it was sent.
    /// </param>
    /// <exception cref="FormatException"><paramref name="utf8Value"/> is not one value.</exception>
    public static FrameBody RawJson(ReadOnlyMemory<byte> utf8Value)
    {
        var checker = new JsonChecker();
        if (!checker.Feed(utf8Value.Span) || !checker.Complete)
            throw new FormatException("the body is not one JSON value");
        return new JsonBody(utf8Value[..^checker.TrailingWhitespace]);
    }

    /// <summary>The rest of a stream, read as fast as the other side accepts it.</summary>
    /// <param name="source">If reading it fails, the other side gets a reset, so that it cannot take the part for complete.</param>
    /// <param name="leaveOpen">Whether to leave it open at the end.</param>
    public static FrameBody Octets(Stream source, bool leaveOpen = false) => new StreamBody(source, leaveOpen);

    /// <summary>The content of a pipe until it is completed. If it is completed with an exception, the other side gets a reset.</summary>
    public static FrameBody Octets(PipeReader source) => new PipeBody(source);

    /// <summary>Bytes in memory. They are sent from there if the transport can, and must not change until then.</summary>
    public static FrameBody Octets(ReadOnlySequence<byte> bytes) => new BytesBody(bytes);

    /// <summary>Bytes in memory. They are sent from there if the transport can, and must not change until then.</summary>
    public static FrameBody Octets(ReadOnlyMemory<byte> bytes) => new BytesBody(new ReadOnlySequence<byte>(bytes));

    /// <summary>Writes all frames of the data part. Between two frames it stops if <paramref name="stop"/> is cancelled.</summary>
    /// <exception cref="BodySourceException">The body's source failed; the writer is between two frames.</exception>
    internal abstract ValueTask WriteAsync(FrameWriter writer, CancellationToken stop);

    /// <summary>Releases the body's source, sent or not.</summary>
    internal virtual ValueTask ReleaseAsync() => ValueTask.CompletedTask;
}
