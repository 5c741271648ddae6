using FrameRpc.Gateway.Demo;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>
/// The embedded server of the frame format, and an example of how a server should behave: it reads a rejected request to its end
/// before it answers the next one, sends JSON without a trailing newline and in one piece with its header, and never ends an
/// incomplete body as if it were complete.
/// </summary>
/// <remarks>
/// Endpoints: <c>Echo</c> sends any body back in its own DataType; <c>Stream</c> takes <c>{"Bytes":N}</c> and sends N octets
/// of <see cref="DemoContent"/>; <c>Upload</c> takes octets and answers <c>{"Bytes":N}</c>. One call at a time: pipelined
/// requests wait until the reply before them is written.
/// </remarks>
internal sealed class FrameDemoConnection : DemoConnection
{
    /// <summary>Pieces of 128 KiB that one connection sends in one turn. The rest follows in the next turn, after the other connections.</summary>
    private const int PiecesPerTurnMax = 8;

    private readonly FrameDemoReader _reader;
    private FrameDemoStream _stream;

    public FrameDemoConnection(Loop loop, ISocket socket, Action? onClosed)
        : base(loop, socket, onClosed) =>
        _reader = new FrameDemoReader(this);

    /// <summary>Sends a stream of octets; the next request is not read before its end.</summary>
    public void BeginStream(long bytes)
    {
        _stream = new FrameDemoStream(bytes);
        PauseInput();
        // The pieces are made in the loop's scratch, which is free at the end of the turn.
        QueueSend();
    }

    /// <summary>A server answers a reset frame, or an end of the stream, with a reset frame of its own.</summary>
    public void SendResetFrame()
    {
        if (State != ConnectionState.Open)
            return;
        Write(FrameHeader.Reset);
        EndAfterOutput();
    }

    protected override int Consume(Span<byte> bytes)
    {
        int at = 0;
        while (!IsInputPaused && State == ConnectionState.Open && at < bytes.Length && _reader.Consume(bytes[at..]) is > 0 and var consumed)
        {
            at += consumed;
            if (OutputBytes > OutputBytesMax)
                PauseInput();
        }
        MessageBytes = _reader.WantedBytes;
        return at;
    }

    protected override void OnOutputSent()
    {
        if (_stream.IsSending)
            SendStream();
        else if (IsInputPaused && OutputBytes <= OutputLowBytes)
            ResumeInput();
    }

    protected override void OnPeerEnded()
    {
        if (_reader.IsEchoing)
            FrameOutput.Break(this, _reader.SinkBytesLeft);
        else
            SendResetFrame();
    }

    private void SendStream()
    {
        for (int pieces = 0; pieces < PiecesPerTurnMax && OutputBytes <= OutputLowBytes; pieces++)
        {
            Write(_stream.NextPiece(Loop.Scratch));
            if (!_stream.IsSending)
            {
                ResumeInput();
                return;
            }
        }
        if (!IsSendBlocked)
            QueueSend();
    }
}
