using FrameRpc.Gateway.Demo;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>Sends a stream of octets as fast as the client reads it, made a piece at a time where it is sent from.</summary>
internal sealed partial class FrameDemoConnection
{
    /// <summary>Pieces of 128 KiB that one connection sends in one turn. One that would take more goes on in the next, behind all others.</summary>
    private const int PiecesPerTurnMax = 8;

    private long _streamBytes;
    private long _streamAt;
    private int _frameBytesLeft;
    private bool _inLastFrame;

    private void BeginStream(long bytes)
    {
        _phase = Phase.Stream;
        _streamBytes = bytes;
        _streamAt = 0;
        _frameBytesLeft = 0;
        _inLastFrame = false;
        PauseInput();
        // Sent at the end of the turn, when nobody needs the loop's scratch, where the pieces are made.
        QueueSend();
    }

    private void SendStream()
    {
        for (int pieces = 0; pieces < PiecesPerTurnMax && OutputBytes <= OutputLowBytes; pieces++)
        {
            Write(MakePiece());
            if (_inLastFrame && _frameBytesLeft == 0)
            {
                EndCall();
                ResumeInput();
                return;
            }
        }
        if (!IsSendBlocked)
            QueueSend();
    }

    /// <summary>The next piece of the frame, with the frame's header in front of the first: then both go to the socket in one write.</summary>
    private Span<byte> MakePiece()
    {
        Span<byte> piece = Loop.Scratch;
        int headerBytes = 0;
        if (_frameBytesLeft == 0)
        {
            BeginFrame(piece);
            headerBytes = FrameHeader.Bytes;
        }
        int payloadBytes = Math.Min(_frameBytesLeft, piece.Length - headerBytes);
        DemoContent.Fill(piece.Slice(headerBytes, payloadBytes), _streamAt);
        _streamAt += payloadBytes;
        _frameBytesLeft -= payloadBytes;
        return piece[..(headerBytes + payloadBytes)];
    }

    /// <summary>Frames of 4 MiB; the last is shorter, or empty where the length is a multiple of that.</summary>
    private void BeginFrame(Span<byte> header)
    {
        long left = _streamBytes - _streamAt;
        _inLastFrame = left < FrameHeader.PayloadBytesMax;
        _frameBytesLeft = (int)Math.Min(left, FrameHeader.PayloadBytesMax);
        new FrameHeader(FrameType.Data, _inLastFrame, (uint)_frameBytesLeft).Write(header);
    }
}
