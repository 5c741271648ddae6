using FrameRpc.Protocol.Errors;
using FrameRpc.Gateway.Demo;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>
/// Answers every smf request with its own payload and status 200. A large one is sent back as it comes and never held, so
/// checksums are sent back unchecked; a header that no client could take as a reply is answered with status 400.
/// </summary>
internal sealed class SmfDemoConnection(Loop loop, ISocket socket, Action? onClosed) : DemoConnection(loop, socket, onClosed)
{
    /// <summary>A message up to this size is copied in one piece when it has come whole; Write takes larger ones straight to the socket.</summary>
    private const int WholeBytesMax = 8 * 1024;

    private long _payloadBytesLeft;
    private long _refusedBytesLeft;

    protected override int Consume(Span<byte> bytes)
    {
        int at = 0;
        while (!IsInputPaused && !IsClosed && at < bytes.Length)
        {
            ReadOnlySpan<byte> rest = bytes[at..];
            int consumed = _payloadBytesLeft > 0 ? SendBack(rest) : _refusedBytesLeft > 0 ? Skip(rest) : BeginReply(rest);
            if (consumed == 0)
                break;
            at += consumed;
            if (OutputBytes > OutputBytesMax)
                PauseInput();
        }
        return at;
    }

    protected override void OnOutputSent()
    {
        if (IsInputPaused && OutputBytes <= OutputLowBytes)
            ResumeInput();
    }

    /// <summary>A reply that was begun and cannot be ended needs no other mark: its header says how long it would have been.</summary>
    protected override void OnPeerEnded() => EndAfterOutput();

    private int BeginReply(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SmfHeader.Bytes)
            return 0;
        SmfHeader request = SmfHeader.Read(bytes);
        if (request.CheckRequest() != SmfFault.None)
            return Refuse(request);
        SmfHeader reply = request with { Meta = SmfStatus.Ok };
        long messageBytes = SmfHeader.Bytes + (long)request.Size;
        if (messageBytes <= Math.Min(bytes.Length, WholeBytesMax))
            return SendBackWhole(reply, bytes[..(int)messageBytes]);
        Span<byte> header = stackalloc byte[SmfHeader.Bytes];
        reply.Write(header);
        Write(header);
        _payloadBytesLeft = request.Size;
        return SmfHeader.Bytes;
    }

    private int SendBackWhole(SmfHeader reply, ReadOnlySpan<byte> message)
    {
        if (!TryReserve(message.Length, out Span<byte> room))
        {
            Abort();
            return message.Length;
        }
        message.CopyTo(room);
        reply.Write(room);
        Wrote(message.Length);
        return message.Length;
    }

    private int SendBack(ReadOnlySpan<byte> bytes)
    {
        int taken = (int)Math.Min(bytes.Length, _payloadBytesLeft);
        Write(bytes[..taken]);
        _payloadBytesLeft -= taken;
        return taken;
    }

    private int Refuse(SmfHeader request)
    {
        Span<byte> reply = stackalloc byte[SmfEmptyReply.Bytes];
        SmfEmptyReply.Write(reply, request.Session, SmfStatus.BadRequest);
        Write(reply);
        _refusedBytesLeft = request.Size;
        return SmfHeader.Bytes;
    }

    private int Skip(ReadOnlySpan<byte> bytes)
    {
        int taken = (int)Math.Min(bytes.Length, _refusedBytesLeft);
        _refusedBytesLeft -= taken;
        return taken;
    }
}
