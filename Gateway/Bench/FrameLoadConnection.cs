using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Bench;

/// <summary>Load in the frame format: requests are pipelined, and replies come in their order.</summary>
internal sealed partial class FrameLoadConnection : LoadConnection
{
    private readonly byte[] _requestHeader;
    private readonly DataType _requestType;
    private readonly long? _streamBytes;

    /// <summary>The calls in flight, a ring with the oldest at <see cref="_oldest"/>.</summary>
    private readonly Call[] _calls;
    private int _oldest;

    private ulong _sendingStamp;
    private int _sendingAt;
    private int _sendingBytesLeft;

    public FrameLoadConnection(LoadThread thread, ISocket socket)
        : base(thread, socket)
    {
        LoadPlan plan = thread.Plan;
        _calls = new Call[plan.InFlight];
        _streamBytes = plan.StreamBytes;
        _requestType = plan.DataType;
        _replyType = plan.StreamBytes is null ? plan.DataType : DataType.Octets;
        _requestHeader = HeaderFrame(plan.Endpoint, _requestType, accept: _replyType);
    }

    protected override bool IsSendingBody => _sendingBytesLeft > 0;

    protected override void Send(long intendedAt, ulong stamp)
    {
        _calls[(_oldest + Outstanding - 1) % _calls.Length] = new Call(intendedAt, stamp);
        ReadOnlySpan<byte> payload = Payload.Stamped(stamp);
        if (payload.Length > WholeBytesMax)
        {
            Write(_requestHeader);
            _sendingStamp = stamp;
            _sendingAt = 0;
            _sendingBytesLeft = payload.Length;
            return;
        }
        Span<byte> room = Reserve(_requestHeader.Length + FrameHeader.Bytes + payload.Length);
        _requestHeader.CopyTo(room);
        new FrameHeader(FrameType.Data, NoMoreFrames: true, (uint)payload.Length).Write(room[_requestHeader.Length..]);
        payload.CopyTo(room[(_requestHeader.Length + FrameHeader.Bytes)..]);
        Wrote(room.Length);
    }

    /// <summary>The next piece of the body, with a frame header in front of it where one begins.</summary>
    protected override void SendBody()
    {
        int frameAt = _sendingAt % FrameHeader.PayloadBytesMax;
        if (frameAt == 0)
        {
            Span<byte> header = stackalloc byte[FrameHeader.Bytes];
            int frameBytes = Math.Min(_sendingBytesLeft, FrameHeader.PayloadBytesMax);
            new FrameHeader(FrameType.Data, frameBytes == _sendingBytesLeft, (uint)frameBytes).Write(header);
            Write(header);
        }
        int bytes = Math.Min(Math.Min(_sendingBytesLeft, PieceBytesMax), FrameHeader.PayloadBytesMax - frameAt);
        Write(Payload.Stamped(_sendingStamp).Slice(_sendingAt, bytes));
        _sendingAt += bytes;
        _sendingBytesLeft -= bytes;
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
