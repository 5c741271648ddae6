using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Limits;

namespace FrameRpc.Protocol.Frames;

/// <summary>A message that has come as far as its header. Its data part is read once, as JSON or as octets, while it comes.</summary>
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

    /// <summary>What the data part holds.</summary>
    public DataType DataType { get; }

    /// <summary>The octets, in the memory in which they came. A body that was cut short throws <see cref="RpcException"/>: it never looks whole.</summary>
    /// <remarks>A read gives at most the rest of a frame. Completing the reader before its end gives up the rest.</remarks>
    /// <exception cref="InvalidOperationException">The message holds no octets, or they were taken already.</exception>
    public PipeReader Octets => Take(DataType.Octets);

    /// <summary>The octets as a stream; disposing it gives up what was not read.</summary>
    /// <exception cref="InvalidOperationException">The message holds no octets, or they were taken already.</exception>
    public Stream OpenOctets() => Take(DataType.Octets).AsStream();

    /// <summary>Reads the JSON value.</summary>
    /// <exception cref="RpcException">It was cut short, is longer than allowed, or is not JSON of this type.</exception>
    /// <exception cref="InvalidOperationException">The message holds no JSON, or it was read already.</exception>
    public async ValueTask<T?> ReadJsonAsync<T>(JsonTypeInfo<T> type, CancellationToken cancel = default)
    {
        ReadOnlyMemory<byte> json = await ReadRawJsonAsync(cancel).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(json.Span, type);
        }
        catch (JsonException e)
        {
            throw new RpcProtocolException($"the body is not the JSON that was expected: {e.Message}", _sender, e);
        }
    }

    /// <summary>Reads the JSON value as it came, in UTF-8.</summary>
    /// <exception cref="RpcException">It was cut short, or is longer than allowed.</exception>
    /// <exception cref="InvalidOperationException">The message holds no JSON, or it was read already.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadRawJsonAsync(CancellationToken cancel = default)
    {
        DataPartReader part = Take(DataType.Json);
        ReadResult read = await part.ReadAsync(cancel).ConfigureAwait(false);
        // Of a part of several frames only the last one tells how long it is.
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
            throw part.Cut("a body: the rest of it did not come in time");
        }
    }

    /// <summary>Gives up what was not read of the message.</summary>
    public ValueTask DisposeAsync()
    {
        _part.Complete();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Whether the rest of the body can never come.</summary>
    internal bool IsBroken => _part.IsBroken;

    /// <summary>Waits for the memory that a JSON part will take.</summary>
    private protected virtual ValueTask ReserveAsync(int bytes, CancellationToken cancel) => ValueTask.CompletedTask;

    /// <summary>Limits how long a JSON part may take to come, where it keeps others from memory.</summary>
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
            throw new InvalidOperationException($"the message holds {Describe(DataType)}, not {Describe(wanted)}");
        if (_taken)
            throw new InvalidOperationException("the body was taken already");
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
