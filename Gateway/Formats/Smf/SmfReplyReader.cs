using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>
/// Reads the replies on one connection to a server. Small ones are held until they are whole, checked, and delivered to their callers;
/// large ones go to the relay.
/// </summary>
internal sealed class SmfReplyReader(SmfServerConnection connection, SmfSessionTable calls, SmfReplyRelay relay)
{
    /// <summary>How much has to arrive before there is something to do, as far as that is known.</summary>
    public int WantedBytes { get; private set; } = SmfHeader.Bytes;

    private Server Server => connection.Server;

    private Loop Loop => connection.Loop;

    /// <summary>Uses the front of what has arrived.</summary>
    /// <returns>How much was used; 0 if more has to arrive first.</returns>
    public int Consume(Span<byte> bytes) => relay.IsActive ? relay.Consume(bytes) : ConsumeReply(bytes);

    private int ConsumeReply(Span<byte> bytes)
    {
        WantedBytes = SmfHeader.Bytes;
        if (bytes.Length < SmfHeader.Bytes)
            return 0;
        SmfHeader header = SmfHeader.Read(bytes);
        if (calls.Find(header.Session) is not { } call)
            return DiscardUnknown(header);
        if (header.Size > Server.Backend.SharedBodyMax)
            return ConsumeLargeReply(call, header, bytes);
        int replyBytes = SmfHeader.Bytes + (int)header.Size;
        WantedBytes = replyBytes;
        if (bytes.Length < replyBytes)
            return 0;
        Deliver(call, header, bytes[..replyBytes]);
        return replyBytes;
    }

    /// <summary>
    /// A reply that no request asked for, or a second one to an answered request: this connection gets no further calls. Those in
    /// flight are told apart by their sessions, and still get their own replies behind this one, however long it is: their timeouts
    /// bound the wait.
    /// </summary>
    private int DiscardUnknown(SmfHeader header)
    {
        Server.NoteUnknownSession(calls.LastRoute(header.Session));
        relay.Discard(header.Size);
        connection.Retire();
        return SmfHeader.Bytes;
    }

    private void Deliver(SmfCall call, SmfHeader header, Span<byte> reply)
    {
        connection.NoteReplied(call);
        if (!call.IsDeliverable)
            Loop.Counters.LateReplies++;
        else if (IsBad(call, header) || header.Checksum != SmfChecksum.Of(reply[SmfHeader.Bytes..]) || !SmfPayloadRules.IsAsDeclared(Server.Backend, header, reply[SmfHeader.Bytes..]))
            RejectBadReply(call);
        else
            Reply(call, header, reply);
        connection.EndCall(call);
    }

    private void Reply(SmfCall call, SmfHeader header, Span<byte> reply)
    {
        Server.NoteReply(header.Meta, Loop.NowUs - call.SentUs);
        call.Caller!.Reply(call, header, reply);
    }

    private static bool IsBad(SmfCall call, SmfHeader header) => header.CheckReply() != SmfFault.None || header.Size > call.Route.Policy.MessageBytesMax;

    /// <summary>The C++ client fails all its calls on one reply without size, checksum or status, so such a reply never reaches a caller.</summary>
    private void RejectBadReply(SmfCall call)
    {
        Server.NoteBadReply(call.Route.Policy, "its header or its checksum is wrong, or it is no FlatBuffers table");
        call.Caller!.RejectCall(call, RejectReason.BadReply);
    }

    /// <summary>A large reply is passed on when the head of its body has the outline of a table; until then its header waits here.</summary>
    private int ConsumeLargeReply(SmfCall call, SmfHeader header, ReadOnlySpan<byte> bytes)
    {
        // Taken here: by the end of this method the call may be over, and its object in use for another.
        bool isTooLarge = header.Size > call.Route.Policy.MessageBytesMax;
        bool isBad = IsBad(call, header);
        if (!isBad && call.IsDeliverable && SmfPayloadRules.HeadBytes(Server.Backend, header) is > 0 and int headBytes)
        {
            WantedBytes = SmfHeader.Bytes + headBytes;
            if (bytes.Length < WantedBytes)
            {
                call.LastMovedMs = Loop.NowMs;
                return 0;
            }
            // A vtable behind the head is not looked at, only its place: by then the caller has the header, and can get no other reply.
            isBad = !SmfTableOutline.IsTableSoFar(bytes.Slice(SmfHeader.Bytes, headBytes), header.Size, out _);
        }
        connection.NoteReplied(call);
        if (!call.IsDeliverable)
            DiscardLate(call, header);
        else if (isBad)
            DiscardBad(call, header);
        else
            Relay(call, header);
        if (isTooLarge)
            connection.RetireBehindTooLarge();
        return SmfHeader.Bytes;
    }

    private void Relay(SmfCall call, SmfHeader header)
    {
        Server.NoteReply(header.Meta, Server.Unmeasured);
        relay.Begin(call, header);
    }

    private void DiscardLate(SmfCall call, SmfHeader header)
    {
        Loop.Counters.LateReplies++;
        relay.Discard(header.Size);
        connection.EndUnwaited(call);
    }

    private void DiscardBad(SmfCall call, SmfHeader header)
    {
        RejectBadReply(call);
        // The answer may have been too much for a caller that reads nothing, and the connection may have ended with its request.
        if (connection.IsClosed)
            return;
        relay.Discard(header.Size);
        connection.EndUnwaited(call);
        connection.AbortUnfinishedUpload();
    }
}
