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

    /// <summary>Gives back the memory that the body was counted with.</summary>
    internal void ReturnMemory() => _memory.Return(_bytesHeld);

    private protected override async ValueTask ReserveAsync(int bytes, CancellationToken cancel)
    {
        await _memory.TakeAsync(bytes, cancel).ConfigureAwait(false);
        _bytesHeld = bytes;
    }

    private protected override Deadline StartDeadline(CancellationToken cancel) => new(_messageTimeout, _clock, cancel);
}
