using FrameRpc.Gateway.Demo;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>A data part of octets that the embedded server makes piece by piece. <c>default</c> is one that is over.</summary>
internal struct FrameDemoStream(long bytes)
{
    private long _at;
    private int _frameBytesLeft;
    private bool _inLastFrame;

    /// <summary>More pieces follow.</summary>
    public bool IsSending { get; private set; } = true;

    /// <summary>The next piece of a frame. The frame header stands before the first one, so that one write sends both.</summary>
    public Span<byte> NextPiece(Span<byte> room)
    {
        int headerBytes = 0;
        if (_frameBytesLeft == 0)
        {
            BeginFrame(room);
            headerBytes = FrameHeader.Bytes;
        }
        int payloadBytes = Math.Min(_frameBytesLeft, room.Length - headerBytes);
        DemoContent.Fill(room.Slice(headerBytes, payloadBytes), _at);
        _at += payloadBytes;
        _frameBytesLeft -= payloadBytes;
        IsSending = !_inLastFrame || _frameBytesLeft > 0;
        return room[..(headerBytes + payloadBytes)];
    }

    /// <summary>Frames of 4 MiB; the last one is shorter, or empty where the length is a multiple of that.</summary>
    private void BeginFrame(Span<byte> header)
    {
        long left = bytes - _at;
        _inLastFrame = left < FrameHeader.PayloadBytesMax;
        _frameBytesLeft = (int)Math.Min(left, FrameHeader.PayloadBytesMax);
        new FrameHeader(FrameType.Data, _inLastFrame, (uint)_frameBytesLeft).Write(header);
    }
}
