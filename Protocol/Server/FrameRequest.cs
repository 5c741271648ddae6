using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Limits;

namespace FrameRpc.Protocol.Server;

/// <summary>A request as its handler gets it. The body may still be arriving; the handler may read it until it has completed.</summary>
public sealed class FrameRequest : ReceivedMessage
{
    private readonly Budget _memory;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _messageTimeout;
    private int _bytesHeld;

    internal FrameRequest(MessageHeaderRecord header, DataPartReader part, Budget memory, ServerOptions options)
        : base(header.DataType, part, Blame.Caller, options.MessageBytesMax)
    {
        Endpoint = header.Endpoint;
        Accept = header.Accept;
        _memory = memory;
        _clock = options.TimeProvider;
        _messageTimeout = options.MessageTimeout;
    }

    /// <summary>The method's name.</summary>
    public string Endpoint { get; }

    /// <summary>The type that the reply must have.</summary>
    public DataType Accept { get; }

    /// <summary>Rejects a request whose types do not match the handler.</summary>
    /// <param name="taken">The type that the handler reads; a body that it does not read may have any type.</param>
    /// <param name="given">The type of its reply.</param>
    /// <exception cref="RpcException">The caller's error, reported to the caller.</exception>
    internal void Expect(DataType taken, DataType given)
    {
        if (taken is not DataType.None && DataType != taken)
            throw Refusal($"{Endpoint} takes data of type {(byte)taken}, but the request has {(byte)DataType}");
        if (Accept != given)
            throw Refusal($"{Endpoint} replies with data of type {(byte)given}, but the request accepts {(byte)Accept}");
    }

    /// <summary>The exception for an invalid request, reported to the caller.</summary>
    internal static RpcException Refusal(string message) => new(SmfStatus.BadRequest, Blame.Caller, message);

    /// <summary>Returns the memory that was counted for the body.</summary>
    internal void ReturnMemory() => _memory.Return(_bytesHeld);

    private protected override async ValueTask ReserveAsync(int bytes, CancellationToken cancel)
    {
        await _memory.TakeAsync(bytes, cancel).ConfigureAwait(false);
        _bytesHeld = bytes;
    }

    private protected override Deadline StartDeadline(CancellationToken cancel) => new(_messageTimeout, _clock, cancel);
}

/// <summary>Serves one call.</summary>
/// <remarks>
/// A handler that throws <see cref="Errors.RpcException"/> itself chooses the error and the text for the caller. The message of any other exception
/// is not sent unless <see cref="ServerOptions.DetailedErrors"/> is set.
/// </remarks>
/// <param name="request">Its body may be read until the reply has been sent, even while the reply is being sent.</param>
/// <param name="cancel">Cancelled when the server cancels the call.</param>
/// <returns>The reply, of the type requested by <see cref="FrameRequest.Accept"/>.</returns>
public delegate ValueTask<FrameBody> FrameHandler(FrameRequest request, CancellationToken cancel);
