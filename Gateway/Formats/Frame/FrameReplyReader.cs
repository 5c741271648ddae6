using System.Runtime.CompilerServices;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>How much of a reply's data part has been passed on as it arrived.</summary>
/// <param name="BytesPassed">Payload that the caller has.</param>
/// <param name="FrameBytesLeft">What the caller still expects of the current frame.</param>
internal readonly record struct ReplyProgress(long BytesPassed, long FrameBytesLeft);

/// <summary>
/// Reads the replies that arrive on one server connection, each of one call: the header part, then the data part, which is held until
/// it is complete, or passed on as it arrives.
/// </summary>
internal sealed class FrameReplyReader(FrameServerConnection connection)
{
    private const string NotJson = "its data part is not exactly one value of valid JSON";
    private const string NotEmpty = "its data part is not empty";

    private Phase _phase;
    private MessageScanner _scan;
    private PartRelay _part;

    private enum Phase : byte
    {
        /// <summary>No reply is expected: the connection is in the pool, or the reply of its call is complete.</summary>
        Idle,
        /// <summary>Waiting for the header part and, if it is small, the JSON part.</summary>
        Header,
        /// <summary>Passing the data part on as it arrives.</summary>
        Data,
    }

    public bool IsExpected => _phase != Phase.Idle;

    /// <summary>How many bytes have to be there before something can be done, as far as that is known.</summary>
    public int WantedBytes { get; private set; } = FrameHeader.Bytes;

    /// <summary>What may be spliced to the caller before the next frame header; 0 where nothing may.</summary>
    public long SpliceBytes => _phase == Phase.Data ? _part.SinkBytesLeft : 0;

    public ReplyProgress Progress => _phase == Phase.Data ? new ReplyProgress(_part.BytesPassed, _part.SinkBytesLeft) : default;

    private FrameCall Call => connection.Call!;

    public void Begin()
    {
        _phase = Phase.Header;
        _scan = default;
    }

    /// <returns>How many bytes were used; 0 where more are needed.</returns>
    public int Consume(ReadOnlySpan<byte> bytes) => _phase switch
    {
        Phase.Header => ConsumeHeader(bytes),
        Phase.Data => ConsumeData(bytes),
        _ => ConsumeUnasked(bytes),
    };

    /// <summary>This many bytes of the data part have reached the caller inside the kernel.</summary>
    /// <returns>True where a frame ended and the next frame header follows.</returns>
    public bool TakeSpliced(int bytes)
    {
        Call.NoteMoved();
        if (_part.TakeSpliced(bytes, Call.Caller) == RelayResult.Ended)
        {
            connection.OnCallerRoom();
            End(ReplyError.Ok, _part.Bytes, nothingBehind: true);
            return false;
        }
        return _part.FrameBytesLeft == 0;
    }

    /// <summary>This many bytes of the data part were received, and did not reach the caller.</summary>
    public void LoseSpliced(int bytes) => _part.Lose(bytes);

    /// <summary>Bytes without a request: the server ends the connection, or is desynchronised.</summary>
    private int ConsumeUnasked(ReadOnlySpan<byte> bytes)
    {
        connection.Abort();
        return bytes.Length;
    }

    [SkipLocalsInit]
    private int ConsumeHeader(ReadOnlySpan<byte> bytes)
    {
        if (!connection.IsRequestBegun)
            return Reject("it arrived before the request");
        connection.OnReplyBegun();
        FrameFault fault = _scan.ScanHeader(bytes);
        if (fault != FrameFault.None)
            return Reject("it does not begin with a header part");
        WantedBytes = _scan.Wanted;
        if (_scan.HeaderEnd == 0)
            return 0;
        Span<byte> gathered = stackalloc byte[MessageHeader.BytesMax];
        ReadOnlySpan<byte> json = _scan.Header(bytes, gathered);
        Span<byte> text = stackalloc byte[MessageHeader.BytesMax];
        if (MessageHeader.TryRead(json, text, out MessageHeader header) != MessageHeaderFault.None)
            return Reject("its header is not one valid JSON object with the members of a reply");
        // The first implementation sends a stray frame behind a header part of this length, or truncates it.
        if (_scan.HeaderBytes >= MessageHeader.BytesMax - 1)
            connection.ForbidReuse();
        if (header.Error == ReplyError.Ok && header.DataType != connection.Route.ReplyBody)
            return Reject("its DataType is not the one that the route's replyBody declares");
        connection.NoteReply(header.Error);
        if (header.Error != ReplyError.Ok)
            return PassErrorReply(json, header.Error, bytes.Length);
        return header.DataType == DataType.Octets ? BeginData(json, PartRelay.Octets(long.MaxValue)) : ConsumeHeld(json, bytes);
    }

    /// <summary>
    /// An error reply has no data part. With Error 2 the first implementation leaves the request's data unread and reads it as the next
    /// header. Only Error 4, a handler's own error, to a JSON request shows that the request was read.
    /// </summary>
    private int PassErrorReply(ReadOnlySpan<byte> json, ReplyError error, int receivedBytes)
    {
        int end = _scan.HeaderEnd;
        if (error != ReplyError.Undecided || connection.Route.RequestBody == DataType.Octets || !connection.IsRequestOver)
            connection.ForbidReuse();
        FrameOutput.WriteHeader(Call.Caller, json);
        End(error, bytes: 0, nothingBehind: end == receivedBytes);
        return end;
    }

    /// <summary>JSON, or nothing: held until it is complete, unless it is long.</summary>
    private int ConsumeHeld(ReadOnlySpan<byte> json, ReadOnlySpan<byte> bytes)
    {
        FrameFault fault = _scan.ScanData(bytes);
        if (fault != FrameFault.None)
            return Reject("its data part has a frame of another type, or one that is too long");
        WantedBytes = _scan.Wanted;
        if (_scan.End == 0)
            return bytes.Length < FrameRequestReader.HeldBytesMax && _scan.Wanted <= FrameRequestReader.HeldBytesMax ? 0 : BeginLong(json);
        int end = _scan.End;
        DataType type = connection.Route.ReplyBody;
        // The worker's scratch holds the bytes that are being read, so a part in several frames is joined elsewhere.
        ReadOnlySpan<byte> data = _scan.Data(bytes, Call.Caller.GatherRoom);
        if (WholePart.FaultOf(data, type, refusesHeaderLike: false) != PartFault.None)
            return Reject(type == DataType.Json ? NotJson : NotEmpty);
        FrameOutput.WriteHeader(Call.Caller, json);
        FrameOutput.WriteJson(Call.Caller, data);
        End(ReplyError.Ok, data.Length, nothingBehind: end == bytes.Length);
        return end;
    }

    private int BeginLong(ReadOnlySpan<byte> json) =>
        connection.Route.ReplyBody == DataType.None
            ? Reject(NotEmpty)
            : BeginData(json, PartRelay.Json(connection.Route.MessageBytesMax, refusesHeaderLike: false));

    /// <summary>Passes the header part on; the data part follows as it arrives.</summary>
    private int BeginData(ReadOnlySpan<byte> json, PartRelay part)
    {
        FrameOutput.WriteHeader(Call.Caller, json);
        Call.BeginReply();
        _part = part;
        _phase = Phase.Data;
        WantedBytes = FrameHeader.Bytes;
        return _scan.HeaderEnd;
    }

    private int ConsumeData(ReadOnlySpan<byte> bytes)
    {
        FrameCaller caller = Call.Caller;
        RelayResult result = _part.Take(bytes, caller, out int taken);
        connection.Loop.Counters.BytesCopied += taken;
        Call.NoteMoved();
        switch (result)
        {
            case RelayResult.More:
                if (caller.OutputBytes > Caller.StreamBufferBytesMax)
                    connection.PauseInput();
                return taken;
            case RelayResult.Ended:
                End(ReplyError.Ok, _part.Bytes, nothingBehind: taken == bytes.Length);
                return taken;
            case RelayResult.NotJson:
                return Reject(NotJson);
            default:
                // A reset frame, an invalid frame, or a part that is too long: the caller has to see that the reply is incomplete.
                connection.Abort();
                return 0;
        }
    }

    private void End(ReplyError error, long bytes, bool nothingBehind)
    {
        _phase = Phase.Idle;
        WantedBytes = FrameHeader.Bytes;
        connection.EndReply(error, bytes, nothingBehind);
    }

    private int Reject(string why)
    {
        connection.RejectReply(why);
        return 0;
    }
}
