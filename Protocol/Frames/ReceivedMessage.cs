using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Limits;

namespace FrameRpc.Protocol.Frames;

/// <summary>A message whose header has been received. Its data part is read once, as JSON or as octets, while it arrives.</summary>
public abstract class ReceivedMessage : IAsyncDisposable
{
    private readonly DataPartReader _part;
    private readonly Blame _sender;
    private readonly int _messageBytesMax;
    private bool _taken;

    private protected ReceivedMessage(DataType dataType, DataPartReader part, Blame sender, int messageBytesMax)
    {
        DataType = dataType;
        _part = part;
        _sender = sender;
        _messageBytesMax = messageBytesMax;
    }

    /// <summary>The type of the data part.</summary>
    public DataType DataType { get; }

    /// <summary>
    /// The octets, in the memory in which they arrived. A body that was cut short throws <see cref="RpcException"/> and never looks complete.
    /// </summary>
    /// <remarks>A read returns at most the rest of a frame. Completing the reader before its end discards the rest.</remarks>
    /// <exception cref="InvalidOperationException">The message has no octets, or they were already taken.</exception>
    public PipeReader Octets => Take(DataType.Octets);

    /// <summary>The octets as a stream; disposing it discards what was not read.</summary>
    /// <exception cref="InvalidOperationException">The message has no octets, or they were already taken.</exception>
    public Stream OpenOctets() => Take(DataType.Octets).AsStream();

    /// <summary>Reads the JSON value.</summary>
    /// <exception cref="RpcException">It was cut short, is longer than allowed, or is not JSON of this type.</exception>
    /// <exception cref="InvalidOperationException">The message has no JSON, or it was already read.</exception>
    public async ValueTask<T?> ReadJsonAsync<T>(JsonTypeInfo<T> type, CancellationToken cancel = default)
    {
        ReadOnlyMemory<byte> json = await ReadRawJsonAsync(cancel).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(json.Span, type);
        }
        catch (JsonException e)
        {
            throw new RpcProtocolException($"the body is not the expected JSON: {e.Message}", _sender, e);
        }
    }

    /// <summary>Reads the JSON value unparsed, in UTF-8.</summary>
    /// <exception cref="RpcException">It was cut short, or is longer than allowed.</exception>
    /// <exception cref="InvalidOperationException">The message has no JSON, or it was already read.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadRawJsonAsync(CancellationToken cancel = default)
    {
        DataPartReader part = Take(DataType.Json);
        ReadResult read = await part.ReadAsync(cancel).ConfigureAwait(false);
        // Only the last of several frames determines the length of the part.
        long expected = part.BytesLeft ?? (uint)_messageBytesMax;
        if (expected <= _messageBytesMax)
            await ReserveAsync((int)expected, cancel).ConfigureAwait(false);
        using Deadline? deadline = read.IsCompleted ? null : StartDeadline(cancel);
        try
        {
            return await GatherAsync(part, read, deadline?.Token ?? cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline is { Passed: true })
        {
            throw part.Cut("a body: the rest did not arrive in time");
        }
    }

    /// <summary>Discards what was not read of the message.</summary>
    public ValueTask DisposeAsync()
    {
        _part.Complete();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Whether the rest of the body can never arrive.</summary>
    internal bool IsBroken => _part.IsBroken;

    /// <summary>Waits for the memory that a JSON part needs.</summary>
    private protected virtual ValueTask ReserveAsync(int bytes, CancellationToken cancel) => ValueTask.CompletedTask;

    /// <summary>Limits how long a JSON part may take to arrive while it occupies memory that others need.</summary>
    private protected virtual Deadline? StartDeadline(CancellationToken cancel) => null;

    private async ValueTask<ReadOnlyMemory<byte>> GatherAsync(DataPartReader part, ReadResult read, CancellationToken cancel)
    {
        var json = new ArrayBufferWriter<byte>();
        while (true)
        {
            if ((part.BytesLeft ?? read.Buffer.Length) > _messageBytesMax - json.WrittenCount)
            {
                part.AdvanceTo(read.Buffer.Start);
                throw TooLong();
            }
            foreach (ReadOnlyMemory<byte> piece in read.Buffer)
                json.Write(piece.Span);
            part.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return json.WrittenMemory;
            read = await part.ReadAsync(cancel).ConfigureAwait(false);
        }
    }

    private DataPartReader Take(DataType wanted)
    {
        if (DataType != wanted)
            throw new InvalidOperationException($"the message has {Describe(DataType)}, not {Describe(wanted)}");
        if (_taken)
            throw new InvalidOperationException("the body was already taken");
        _taken = true;
        return _part;
    }

    private RpcException TooLong() => _sender is Blame.Caller
        ? new RpcException(SmfStatus.TooLarge, Blame.Caller, $"the JSON body is longer than {_messageBytesMax} bytes")
        : new RpcProtocolException($"the JSON body is longer than {_messageBytesMax} bytes", _sender);

    private static string Describe(DataType type) => type switch
    {
        DataType.None => "nothing",
        DataType.Json => "JSON",
        DataType.Octets => "octets",
        _ => $"data of type {(byte)type}",
    };
}
