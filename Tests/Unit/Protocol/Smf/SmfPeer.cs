using System.Buffers;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Transports;

namespace FrameRpc.Tests.Protocol.Smf;

/// <summary>The other end of a connection, which does what the test says, byte by byte.</summary>
internal sealed class SmfPeer(TransportConnection connection)
{
    private static CancellationToken Cancel => TestContext.Current!.Execution.CancellationToken;

    public TransportConnection Connection => connection;

    public static byte[] Message(
        ushort session, uint meta, byte[] payload, uint? checksum = null, SmfCompression compression = SmfCompression.None, byte flags = 0, uint? size = null)
    {
        byte[] message = new byte[SmfHeader.Bytes + payload.Length];
        var header = new SmfHeader(compression, flags, session, size ?? (uint)payload.Length, checksum ?? SmfChecksum.Of(payload), meta);
        header.Write(message);
        payload.CopyTo(message, SmfHeader.Bytes);
        return message;
    }

    public async Task SendAsync(params byte[][] pieces)
    {
        foreach (byte[] piece in pieces)
            _ = await connection.Output.WriteAsync(piece, Cancel);
    }

    public Task ReplyAsync(SmfHeader request, byte[] payload, uint status = SmfStatus.Ok) => SendAsync(Message(request.Session, status, payload));

    public async Task<(SmfHeader Header, byte[] Payload)> ReceiveAsync()
    {
        var header = SmfHeader.Read(await ReadAsync(SmfHeader.Bytes));
        return (header, await ReadAsync((int)header.Size));
    }

    /// <summary>Whether the other side sends anything, given all the time that its threads need to do so.</summary>
    public async Task<bool> SaysSomethingAsync()
    {
        await Task.Delay(20, Cancel);
        if (!connection.Input.TryRead(out var read))
            return false;
        connection.Input.AdvanceTo(read.Buffer.Start);
        return !read.Buffer.IsEmpty;
    }

    public async Task<bool> IsAtEndAsync()
    {
        var read = await connection.Input.ReadAsync(Cancel);
        connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        return read.IsCompleted && read.Buffer.IsEmpty;
    }

    private async Task<byte[]> ReadAsync(int bytes)
    {
        var read = await connection.Input.ReadAtLeastAsync(bytes, Cancel);
        await Assert.That(read.Buffer.Length >= bytes).IsTrue().Because($"the stream ended after {read.Buffer.Length} of {bytes} bytes");
        byte[] taken = read.Buffer.Slice(0, bytes).ToArray();
        connection.Input.AdvanceTo(read.Buffer.GetPosition(bytes));
        return taken;
    }
}
