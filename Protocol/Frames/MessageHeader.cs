namespace FrameRpc.Protocol.Frames;

/// <summary>The header part of a message of the frame format: one JSON object. Its texts are UTF-8 and refer to the buffers it was read from.</summary>
/// <remarks>
/// All five members are written, in this order, without white space; the first implementation adds a newline:
/// <code>
/// {"Endpoint":"Echo","DataType":2,"Accept":2,"Error":0,"ErrorMessage":""}
/// </code>
/// At most <see cref="BytesMax"/> bytes in total. When read, members may be in any order and case, missing ones are zero, and there may be others.
/// Source: zrepl of 2017, <c>rpc/frame_layer.go</c>, and Go's <c>encoding/json</c>.
/// </remarks>
/// <param name="endpoint">In a request: the name of the method. UTF-8.</param>
/// <param name="dataType">The type of the data part.</param>
/// <param name="accept">In a request: the requested type of the reply.</param>
/// <param name="error">In a reply: who is to blame.</param>
/// <param name="errorMessage">In a reply: text for people. UTF-8.</param>
public readonly ref struct MessageHeader(
    ReadOnlySpan<byte> endpoint, DataType dataType, DataType accept, ReplyError error, ReadOnlySpan<byte> errorMessage)
{
    /// <summary>The longest header part, in bytes, including white space.</summary>
    public const int BytesMax = 4096;

    /// <summary>In a request: the name of the method, unescaped UTF-8. Empty in replies.</summary>
    public ReadOnlySpan<byte> Endpoint { get; } = endpoint;

    /// <summary>The type of the data part that follows; <see cref="DataType.Absent"/> in an error reply. Any byte is possible.</summary>
    public DataType DataType { get; } = dataType;

    /// <summary>In a request: the requested type of the reply. Any byte is possible.</summary>
    public DataType Accept { get; } = accept;

    /// <summary>In a reply: who is to blame. Any byte is possible.</summary>
    public ReplyError Error { get; } = error;

    /// <summary>In a reply: text for people, unescaped UTF-8.</summary>
    public ReadOnlySpan<byte> ErrorMessage { get; } = errorMessage;

    /// <summary>Reads a whole header part: one JSON object, with or without white space around it.</summary>
    /// <remarks>
    /// Names are matched without ASCII case, escaped or not. A known member that is given twice is rejected, because two parsers may take different
    /// ones: what a gateway routes by must be what the server executes. So is text that is not UTF-8, where Go would substitute U+FFFD and change the
    /// name. Unknown members are ignored; JSON <c>null</c> leaves a known member zero. A number is a plain integer: 1.0 and 1e0 are rejected, as in
    /// Go. Go also takes U+017F for an s, so that it reads a member ErrorMe\u017f\u017fage: it is unknown here, which loses text and misroutes
    /// nothing. Allocates and throws nothing, whatever the peer sent.
    /// </remarks>
    /// <param name="json">All bytes of the part.</param>
    /// <param name="text">
    /// At least <see cref="BytesMax"/> bytes for unescaped strings; the header points into it and into <paramref name="json"/>.
    /// </param>
    /// <param name="header">The header, or an empty one unless the result is <see cref="MessageHeaderFault.None"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="text"/> is too short: a bug of the calling code, not of the peer.</exception>
    public static MessageHeaderFault TryRead(ReadOnlySpan<byte> json, Span<byte> text, out MessageHeader header)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(text.Length, BytesMax, nameof(text));
        var reader = new MessageHeaderReader(json, text);
        MessageHeaderFault fault = reader.Read();
        header = fault == MessageHeaderFault.None ? reader.Header : default;
        return fault;
    }

    /// <summary>
    /// Writes the object without a newline. A proxy sends this, because a newline that arrives in a later read breaks the first implementation.
    /// </summary>
    /// <remarks>
    /// Strings are escaped as by Go's encoder (from Go 1.22), so that its output is reproduced byte for byte; bytes that are not UTF-8 become U+FFFD.
    /// </remarks>
    /// <returns>
    /// The length in bytes; 0 if it does not fit into <paramref name="destination"/> or <see cref="BytesMax"/>; the content of the destination is
    /// then undefined.
    /// </returns>
    public int Write(Span<byte> destination)
    {
        var writer = new MessageHeaderWriter(destination);
        writer.Object(this);
        return writer.Length;
    }

    /// <summary>Writes the object and a newline, as the first implementation does.</summary>
    /// <returns>As for <see cref="Write"/>, including the newline.</returns>
    public int WriteLine(Span<byte> destination)
    {
        var writer = new MessageHeaderWriter(destination);
        writer.Object(this);
        writer.Raw("\n"u8);
        return writer.Length;
    }
}
