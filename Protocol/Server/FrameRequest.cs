using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Limits;

namespace FrameRpc.Protocol.Server;

/// <summary>A request as its handler gets it: its body may still be on the way, and is the handler's to read until it has completed.</summary>
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

    /// <summary>What the reply has to hold.</summary>
    public DataType Accept { get; }

    /// <summary>Refuses a request whose handler takes, or gives, something else.</summary>
    /// <param name="taken">What the handler reads; a body that nobody reads may be anything.</param>
    /// <param name="given">What it will reply.</param>
    /// <exception cref="RpcException">The caller's mistake, for its eyes.</exception>
    internal void Expect(DataType taken, DataType given)
    {
        if (taken is not DataType.None && DataType != taken)
            throw Refusal($"{Endpoint} takes data of type {(byte)taken}, and the request holds {(byte)DataType}");
        if (Accept != given)
            throw Refusal($"{Endpoint} replies with data of type {(byte)given}, and {(byte)Accept} was accepted");
    }

    /// <summary>What to throw for a request that is wrong in a way that its caller should hear of.</summary>
    internal static RpcException Refusal(string message) => new(SmfStatus.BadRequest, Blame.Caller, message);

    /// <summary>Gives back the memory that the body was counted with.</summary>
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
/// A handler that throws <see cref="Errors.RpcException"/> itself chooses the error and the text that the caller gets. What any other exception says stays here,
/// unless <see cref="ServerOptions.DetailedErrors"/> is set.
/// </remarks>
/// <param name="request">Its body may be read, while the reply is sent, too, until the reply has been sent.</param>
/// <param name="cancel">Cancelled when the server cuts the call off.</param>
/// <returns>What to reply; it must be what <see cref="FrameRequest.Accept"/> asks for.</returns>
public delegate ValueTask<FrameBody> FrameHandler(FrameRequest request, CancellationToken cancel);
