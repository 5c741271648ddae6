using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using FrameRpc.Protocol.Errors;

namespace FrameRpc.Protocol.Frames;

/// <summary>A message header as an object, for clients and tools that can afford one. The data path uses <see cref="MessageHeader"/>.</summary>
/// <remarks>
/// System.Text.Json reads it less strictly than <see cref="MessageHeader.TryRead"/>: if a member is given twice, the last value counts. It rejects
/// <c>null</c> for a number.
/// </remarks>
public sealed record MessageHeaderRecord
{
    /// <summary>In a request: the name of the method. JSON <c>null</c> reads as empty.</summary>
    [AllowNull]
    public string Endpoint { get; init => field = value ?? ""; } = "";

    /// <summary>The type of the data part that follows.</summary>
    public DataType DataType { get; init; }

    /// <summary>In a request: the requested type of the reply.</summary>
    public DataType Accept { get; init; }

    /// <summary>In a reply: who is to blame.</summary>
    public ReplyError Error { get; init; }

    /// <summary>In a reply: text for people. JSON <c>null</c> reads as empty.</summary>
    [AllowNull]
    public string ErrorMessage { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// The exception for an error reply: <see cref="ReplyError.Request"/> blames the caller (400), <see cref="ReplyError.Server"/> the server (500),
    /// anything else neither (500).
    /// </summary>
    /// <param name="endpoint">The method that was called.</param>
    public RpcReplyException ToException(string endpoint) => Error switch
    {
        ReplyError.Request => new(SmfStatus.BadRequest, Blame.Caller, $"{endpoint}: {ErrorMessage}"),
        ReplyError.Server => new(SmfStatus.ServerError, Blame.Server, $"{endpoint}: {ErrorMessage}"),
        _ => new(SmfStatus.ServerError, Blame.Undecided, $"{endpoint}: {ErrorMessage}"),
    };
}

/// <summary>Serializes <see cref="MessageHeaderRecord"/> without reflection; names are case-insensitive, as the format requires.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(MessageHeaderRecord))]
public sealed partial class MessageHeaderJsonContext : JsonSerializerContext;
