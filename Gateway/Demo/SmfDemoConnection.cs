using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Workers;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Demo;

/// <summary>Answers every smf request with its own payload and status 200, as it comes: even a large one is never held.</summary>
internal sealed class SmfDemoConnection(EventLoop loop, ISocket socket) : Connection(loop, socket, ConnectionState.Open)
{
    private const int OutputBytesMax = 1024 * 1024;

    private long _payloadBytesLeft;

    protected override int Consume(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (!IsInputPaused && !IsClosed)
        {
            if (_payloadBytesLeft == 0 && !BeginReply(bytes, ref at))
                break;
            int taken = (int)Math.Min(bytes.Length - at, _payloadBytesLeft);
            Write(bytes.Slice(at, taken));
            _payloadBytesLeft -= taken;
            at += taken;
            if (OutputBytes > OutputBytesMax)
                PauseInput();
            if (at == bytes.Length)
                break;
        }
        return at;
    }

    protected override void OnOutputSent()
    {
        if (IsInputPaused && OutputBytes <= OutputBytesMax / 2)
            ResumeInput();
    }

    protected override void OnPeerEnded() => EndAfterOutput();

    protected override void OnClosed()
    {
    }

    private bool BeginReply(ReadOnlySpan<byte> bytes, ref int at)
    {
        if (bytes.Length - at < SmfHeader.Bytes)
            return false;
        SmfHeader request = SmfHeader.Read(bytes[at..]);
        (request with { Meta = SmfStatus.Ok }).Write(Reserve(SmfHeader.Bytes));
        Wrote(SmfHeader.Bytes);
        _payloadBytesLeft = request.Size;
        at += SmfHeader.Bytes;
        return true;
    }
}
