using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>Load in the frame format: requests are pipelined, and replies come in their order.</summary>
internal sealed class FrameLoadConnection : LoadConnection
{
    private readonly byte[] _requestHeader;
    private readonly long? _uploadBytes;
    private readonly FrameLoadReader _reader;

    /// <summary>The calls in flight, a ring with the oldest at <see cref="_oldest"/>.</summary>
    private readonly Call[] _calls;
    private int _oldest;

    private ulong _sendingStamp;
    private long _sendingAt;
    private long _sendingBytesLeft;

    public FrameLoadConnection(LoadThread thread, ISocket socket)
        : base(thread, socket)
    {
        LoadPlan plan = thread.Plan;
        _calls = new Call[plan.InFlight];
        _uploadBytes = plan.UploadBytes;
        var expected = new FrameExpectedReply(plan, thread.Payload);
        _requestHeader = HeaderFrame(plan.Endpoint, plan.UploadBytes is null ? plan.DataType : DataType.Octets, accept: expected.DataType);
        _reader = new FrameLoadReader(this, expected);
    }

    /// <summary>Of the call whose reply comes next.</summary>
    public ulong OldestStamp => _calls[_oldest].Stamp;

    public void OnReplyPayload(int bytes) => CountReply(bytes);

    /// <param name="failure">What was wrong with the reply; null when nothing was.</param>
    public void OnReplyEnded(string? failure)
    {
        long intendedAt = _calls[_oldest].IntendedAt;
        _oldest = (_oldest + 1) % _calls.Length;
        EndCall(intendedAt, failure);
    }

    /// <summary>The start of the next reply is unknown: the connection ends, and its calls fail.</summary>
    public int Lose(ReadOnlySpan<byte> bytes, string failure)
    {
        Desynchronise(failure);
        return bytes.Length;
    }

    protected override bool IsSendingBody => _sendingBytesLeft > 0;

    protected override int ConsumeReply(ReadOnlySpan<byte> bytes)
    {
        if (Outstanding == 0)
            return Lose(bytes, "reply without a call");
        int consumed = _reader.Consume(bytes);
        MessageBytes = _reader.WantedBytes;
        return consumed;
    }

    protected override int Send(long intendedAt, ulong stamp)
    {
        _calls[(_oldest + Outstanding - 1) % _calls.Length] = new Call(intendedAt, stamp);
        if (_uploadBytes > 0 || (_uploadBytes is null && Payload.Length > WholeBytesMax))
        {
            Write(_requestHeader);
            _sendingStamp = stamp;
            _sendingAt = 0;
            _sendingBytesLeft = _uploadBytes ?? Payload.Length;
            return 0;
        }
        ReadOnlySpan<byte> payload = _uploadBytes is null ? Payload.Stamped(stamp) : [];
        Span<byte> room = Reserve(_requestHeader.Length + FrameHeader.Bytes + payload.Length);
        _requestHeader.CopyTo(room);
        new FrameHeader(FrameType.Data, NoMoreFrames: true, (uint)payload.Length).Write(room[_requestHeader.Length..]);
        payload.CopyTo(room[(_requestHeader.Length + FrameHeader.Bytes)..]);
        Wrote(room.Length);
        return payload.Length;
    }

    /// <summary>The next piece of the body, with a frame header in front of it where one begins.</summary>
    protected override int SendBody()
    {
        int frameAt = (int)(_sendingAt % FrameHeader.PayloadBytesMax);
        if (frameAt == 0)
        {
            Span<byte> header = stackalloc byte[FrameHeader.Bytes];
            int frameBytes = (int)Math.Min(_sendingBytesLeft, FrameHeader.PayloadBytesMax);
            new FrameHeader(FrameType.Data, frameBytes == _sendingBytesLeft, (uint)frameBytes).Write(header);
            Write(header);
        }
        int bytes = (int)Math.Min(Math.Min(_sendingBytesLeft, PieceBytesMax), FrameHeader.PayloadBytesMax - frameAt);
        // An upload sends the same piece again and again.
        int pieceAt = _uploadBytes is null ? (int)_sendingAt : 0;
        Write(Payload.Stamped(_sendingStamp).Slice(pieceAt, bytes));
        _sendingAt += bytes;
        _sendingBytesLeft -= bytes;
        return bytes;
    }

    private static byte[] HeaderFrame(string endpoint, DataType dataType, DataType accept)
    {
        byte[] frame = new byte[FrameHeader.Bytes + MessageHeader.BytesMax];
        byte[] name = System.Text.Encoding.UTF8.GetBytes(endpoint);
        int length = new MessageHeader(name, dataType, accept, ReplyError.Absent, []).Write(frame.AsSpan(FrameHeader.Bytes));
        ArgumentOutOfRangeException.ThrowIfZero(length, nameof(endpoint));
        new FrameHeader(FrameType.Header, true, (uint)length).Write(frame);
        return frame[..(FrameHeader.Bytes + length)];
    }

    private readonly record struct Call(long IntendedAt, ulong Stamp);
}
