using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using FrameRpc.Protocol.Errors;

namespace FrameRpc.Protocol.Frames;

/// <summary>A message header as an object, for clients and tools that can afford one. The data path uses <see cref="MessageHeader"/>.</summary>
/// <remarks>
/// System.Text.Json reads it less strictly than <see cref="MessageHeader.TryRead"/>: a member given twice takes the last value. It refuses <c>null</c> for a number.
/// </remarks>
public sealed record MessageHeaderRecord
{
    /// <summary>In a request: the name of the method. JSON <c>null</c> reads as empty.</summary>
    [AllowNull]
    public string Endpoint { get; init => field = value ?? ""; } = "";

    /// <summary>What the data part that follows holds.</summary>
    public DataType DataType { get; init; }

    /// <summary>In a request: what the data part of the reply should hold.</summary>
    public DataType Accept { get; init; }

    /// <summary>In a reply: who is to blame.</summary>
    public ReplyError Error { get; init; }

    /// <summary>In a reply: text for people. JSON <c>null</c> reads as empty.</summary>
    [AllowNull]
    public string ErrorMessage { get; init => field = value ?? ""; } = "";

    /// <summary>The failure that an error reply reports: <see cref="ReplyError.Request"/> blames the caller (400), <see cref="ReplyError.Server"/> the server (500), anything else neither (500).</summary>
    /// <param name="endpoint">The method that was called.</param>
    public RpcReplyException ToException(string endpoint) => Error switch
    {
        ReplyError.Request => new(SmfStatus.BadRequest, Blame.Caller, $"{endpoint}: {ErrorMessage}"),
        ReplyError.Server => new(SmfStatus.ServerError, Blame.Server, $"{endpoint}: {ErrorMessage}"),
        _ => new(SmfStatus.ServerError, Blame.Undecided, $"{endpoint}: {ErrorMessage}"),
    };
}

/// <summary>Serializes <see cref="MessageHeaderRecord"/> without reflection; names are matched without case, as the format asks.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true)]
[JsonSerializable(typeof(MessageHeaderRecord))]
public sealed partial class MessageHeaderJsonContext : JsonSerializerContext;
