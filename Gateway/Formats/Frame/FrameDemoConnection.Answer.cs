using System.Text.Json;
using FrameRpc.Gateway.Demo;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

internal sealed partial class FrameDemoConnection
{
    /// <summary>The three headers of a reply that succeeds, by DataType: made once, because they never differ.</summary>
    private static readonly byte[][] OkHeaders = [[], MakeOkHeader(DataType.None), MakeOkHeader(DataType.Json), MakeOkHeader(DataType.Octets)];

    private static readonly FrameError UnknownEndpoint = new(ReplyError.Request, "no such endpoint; there are Echo, EchoOctets, Stream and Upload"u8);
    private static readonly FrameError StreamTakesJson = new(ReplyError.Request, "Stream takes a JSON part such as {\"Bytes\":1048576}, with 0 or more bytes"u8);
    private static readonly FrameError UploadTakesOctets = new(ReplyError.Request, "Upload takes octets, DataType 3"u8);
    private static readonly FrameError NoneIsEmpty = new(ReplyError.Request, "with DataType 1 the data part is empty"u8);

    /// <summary>The error reply that waits for the end of its request.</summary>
    private FrameError? _rejection;

    /// <summary>Answers a request that is held whole.</summary>
    private void Answer(ReadOnlySpan<byte> data)
    {
        EndCall();
        if (_dataType == DataType.None)
            AnswerNone(data);
        else if (WholePart.FaultOf(data, DataType.Json, refusesHeaderLike: false) != PartFault.None)
            FrameErrors.NotJson.WriteTo(this);
        else if (_endpoint == Endpoint.Stream)
            AnswerStream(data);
        else
            AnswerJson(data);
    }

    private void AnswerNone(ReadOnlySpan<byte> data)
    {
        if (!data.IsEmpty)
        {
            NoneIsEmpty.WriteTo(this);
            return;
        }
        FrameOutput.WriteHeader(this, OkHeader(DataType.None));
        FrameOutput.WriteFrameHeader(this, FrameType.Data, noMoreFrames: true, 0);
    }

    /// <summary>Header and body follow each other in the output, so that they leave in one write.</summary>
    private void AnswerJson(ReadOnlySpan<byte> json)
    {
        FrameOutput.WriteHeader(this, OkHeader(DataType.Json));
        FrameOutput.WriteJson(this, json);
    }

    private void AnswerStream(ReadOnlySpan<byte> json)
    {
        if (!TryReadBytes(json, out long bytes))
        {
            StreamTakesJson.WriteTo(this);
            return;
        }
        FrameOutput.WriteHeader(this, OkHeader(DataType.Octets));
        BeginStream(bytes);
    }

    /// <summary>A data part that was taken as it came is over.</summary>
    private void OnDataEnded()
    {
        Phase ended = _phase;
        FrameError? refusal = _rejection;
        EndCall();
        if (ended == Phase.Discard)
            refusal!.WriteTo(this);
        else if (ended == Phase.Upload)
            AnswerJson(DemoBytes.Json(_part.Bytes));
    }

    private int OnHeaderFault(FrameFault fault)
    {
        if (fault != FrameFault.HeaderTooLong)
            return EndOnFault(fault);
        _rejection = FrameErrors.HeaderTooLong;
        return BeginData(Phase.DiscardHeader, PartRelay.Discarded(FrameType.Header));
    }

    /// <summary>A reset frame, or one after which nobody knows where the next begins: the last words, then the end.</summary>
    private int EndOnFault(FrameFault fault)
    {
        if (fault != FrameFault.Reset)
            (_rejection ?? FrameErrors.Desynchronised).WriteTo(this);
        SendResetFrame();
        return 0;
    }

    private static byte[] OkHeader(DataType dataType) => OkHeaders[(int)dataType];

    private static byte[] MakeOkHeader(DataType dataType)
    {
        Span<byte> json = stackalloc byte[MessageHeader.BytesMax];
        return json[..new MessageHeader([], dataType, DataType.Absent, ReplyError.Ok, []).Write(json)].ToArray();
    }

    private static bool TryReadBytes(ReadOnlySpan<byte> json, out long bytes)
    {
        bytes = -1;
        try
        {
            bytes = JsonSerializer.Deserialize(json, DemoJsonContext.Default.DemoBytes)?.Bytes ?? -1;
        }
        catch (JsonException)
        {
            // The client's mistake, answered like a negative number.
        }
        return bytes >= 0;
    }
}
