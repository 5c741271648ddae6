using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Demo;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>Load in the frame format: requests are pipelined, and replies come in their order.</summary>
internal sealed partial class FrameLoadConnection : LoadConnection
{
    private readonly byte[] _requestHeader;
    private readonly DataType _requestType;
    private readonly long? _streamBytes;
    private readonly long? _uploadBytes;
    /// <summary>What the right reply to an upload says.</summary>
    private readonly byte[]? _uploadReply;

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
        _streamBytes = plan.StreamBytes;
        _uploadBytes = plan.UploadBytes;
        if (plan.UploadBytes is { } uploadBytes)
            _uploadReply = DemoBytes.Json(uploadBytes);
        _requestType = plan.UploadBytes is null ? plan.DataType : DataType.Octets;
        _replyType = plan.StreamBytes is not null ? DataType.Octets : plan.UploadBytes is not null ? DataType.Json : plan.DataType;
        _requestHeader = HeaderFrame(plan.Endpoint, _requestType, accept: _replyType);
    }

    protected override bool IsSendingBody => _sendingBytesLeft > 0;

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
        // Of an upload the payload is one piece, sent again and again.
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
