using System.IO.Pipelines;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Transports;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Protocol;

/// <summary>The other side of a connection, which does what a test says, byte for byte.</summary>
internal sealed class FramePeer(TransportConnection connection) : IAsyncDisposable
{
    private readonly ByteQueue _received = new();

    public async Task SendAsync(params byte[][] pieces)
    {
        foreach (byte[] piece in pieces)
            _ = await connection.Output.WriteAsync(piece, TestContext.Current!.Execution.CancellationToken);
    }

    /// <summary>The next frame; null at the end of the stream.</summary>
    public async Task<Frame?> ReadFrameAsync()
    {
        while (true)
        {
            if (Frame.Take(_received) is { } frame)
                return frame;
            if (!await ReceiveAsync())
                return _received.Count == 0 ? null : throw new InvalidDataException($"the stream ended within a frame: {_received.Count} bytes of it");
        }
    }

    /// <summary>The next message, whole; null at the end of the stream, or at a reset frame.</summary>
    public async Task<FrameMessage?> ReadMessageAsync()
    {
        if (await ReadFrameAsync() is not { Type: not FrameType.Reset } header)
            return null;
        var message = new FrameMessage(header.Payload);
        while (message.Error is ReplyError.Absent or ReplyError.Ok && !message.IsWhole)
        {
            Frame frame = await ReadFrameAsync() ?? throw new InvalidDataException("the stream ended within a message");
            if (frame.Type is not FrameType.Data)
                throw new InvalidDataException($"a frame of type {frame.Type} within a message");
            message.Frames.Add(frame);
            message.IsWhole = frame.IsLast;
        }
        return message;
    }

    /// <summary>Everything to the end of the stream, as frames.</summary>
    public async Task<List<Frame>> ReadToEndAsync()
    {
        var frames = new List<Frame>();
        while (await ReadFrameAsync() is { } frame)
            frames.Add(frame);
        return frames;
    }

    public void Abort() => connection.Abort();

    /// <summary>Ends the stream in order, wherever it stands.</summary>
    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async Task<bool> ReceiveAsync()
    {
        ReadResult read = await connection.Input.ReadAsync(TestContext.Current!.Execution.CancellationToken);
        foreach (ReadOnlyMemory<byte> piece in read.Buffer)
            _received.Append(piece.Span);
        connection.Input.AdvanceTo(read.Buffer.End);
        return !(read.IsCompleted && read.Buffer.IsEmpty);
    }
}
