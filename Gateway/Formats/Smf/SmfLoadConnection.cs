using System.Globalization;
using FrameRpc.Gateway.Bench;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>Load in the smf format: each call in flight has a session of its own, and replies come in any order.</summary>
internal sealed class SmfLoadConnection : LoadConnection
{
    private readonly uint _id;
    private readonly Call[] _calls;
    private readonly ushort[] _freeSessions;
    private int _freeCount;

    private ulong _sendingStamp;
    private int _sendingAt;
    private int _sendingBytesLeft;

    private SmfHeader _reply;
    private int _replyAt;
    private long _replyBytesLeft;
    private string? _replyFailure;

    public SmfLoadConnection(LoadThread thread, ISocket socket)
        : base(thread, socket)
    {
        _id = thread.Plan.Id.Value;
        _calls = new Call[thread.Plan.InFlight + 1];
        _freeSessions = new ushort[thread.Plan.InFlight];
        // Session 0 is left out, as the first implementation does.
        for (int session = thread.Plan.InFlight; session > 0; session--)
            _freeSessions[_freeCount++] = (ushort)session;
    }

    protected override bool IsSendingBody => _sendingBytesLeft > 0;

    protected override int Send(long intendedAt, ulong stamp)
    {
        ushort session = _freeSessions[--_freeCount];
        ReadOnlySpan<byte> payload = Payload.Stamped(stamp);
        uint checksum = SmfChecksum.Of(payload);
        _calls[session] = new Call { IsOutstanding = true, IntendedAt = intendedAt, Stamp = stamp, Checksum = checksum };
        var header = new SmfHeader(SmfCompression.None, 0, session, (uint)payload.Length, checksum, _id);
        bool whole = payload.Length <= WholeBytesMax;
        Span<byte> room = Reserve(SmfHeader.Bytes + (whole ? payload.Length : 0));
        header.Write(room);
        if (whole)
        {
            payload.CopyTo(room[SmfHeader.Bytes..]);
        }
        else
        {
            _sendingStamp = stamp;
            _sendingAt = 0;
            _sendingBytesLeft = payload.Length;
        }
        Wrote(room.Length);
        return whole ? payload.Length : 0;
    }

    protected override int SendBody()
    {
        int bytes = Math.Min(_sendingBytesLeft, PieceBytesMax);
        Write(Payload.Stamped(_sendingStamp).Slice(_sendingAt, bytes));
        _sendingAt += bytes;
        _sendingBytesLeft -= bytes;
        return bytes;
    }

    protected override int ConsumeReply(ReadOnlySpan<byte> bytes)
    {
        int headerBytes = 0;
        if (_replyBytesLeft == 0)
        {
            if (bytes.Length < SmfHeader.Bytes)
                return 0;
            var reply = SmfHeader.Read(bytes);
            if (!IsOutstanding(reply.Session))
            {
                Desynchronise("unknown session");
                return bytes.Length;
            }
            BeginReply(reply);
            headerBytes = SmfHeader.Bytes;
            bytes = bytes[headerBytes..];
        }
        int taken = (int)Math.Min(bytes.Length, _replyBytesLeft);
        if (_replyFailure is null && !Payload.Stamped(_calls[_reply.Session].Stamp).Slice(_replyAt, taken).SequenceEqual(bytes[..taken]))
            _replyFailure = "wrong payload";
        _replyAt += taken;
        _replyBytesLeft -= taken;
        CountReply(taken);
        if (_replyBytesLeft == 0)
            EndReply();
        return headerBytes + taken;
    }

    private void BeginReply(SmfHeader reply)
    {
        _reply = reply;
        _replyAt = 0;
        _replyBytesLeft = reply.Size;
        // The payload is compared byte by byte with the one that was sent, so that its checksum is the one that was sent, too.
        // The Java server replies with the request id for a status.
        _replyFailure = reply.Meta != SmfStatus.Ok && reply.Meta != _id ? string.Create(CultureInfo.InvariantCulture, $"status {reply.Meta}")
            : reply.Size != Payload.Length ? "wrong size"
            : reply.Checksum != _calls[reply.Session].Checksum ? "wrong checksum"
            : null;
    }

    private void EndReply()
    {
        long intendedAt = _calls[_reply.Session].IntendedAt;
        _calls[_reply.Session] = default;
        _freeSessions[_freeCount++] = _reply.Session;
        EndCall(intendedAt, _replyFailure);
    }

    private bool IsOutstanding(ushort session) => session < _calls.Length && _calls[session].IsOutstanding;

    private struct Call
    {
        public bool IsOutstanding;
        public uint Checksum;
        public long IntendedAt;
        public ulong Stamp;
    }
}
