using System.Text;
using System.Text.Json;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Simulation.Frames;

/// <summary>The reply to a call, as a <see cref="LenientFrameCaller"/> parsed it.</summary>
/// <param name="Error">From the header; 0 if it has none.</param>
/// <param name="Body">The JSON value or the octets; null if the call failed.</param>
internal sealed record LenientReply(int Error, byte[]? Body)
{
    public string Text => Body is null ? "" : Encoding.UTF8.GetString(Body);
}

/// <summary>
/// A frame caller that parses as the first implementation of 2017 does: it takes the next bytes for the reply to its oldest call, ignores the reply's
/// DataType, and leaves unread bytes to the next call. The header <c>null</c> crashes its process. Source: zrepl of 2017, <c>rpc/client.go</c>.
/// </summary>
internal sealed class LenientFrameCaller : FarEnd
{
    private readonly Queue<DataType> _accepts = new();
    private LenientJson _json = new(MessageHeader.BytesMax);
    private LenientPart _octets;
    private List<byte> _octetsRead = [];
    private bool _inBody;

    public List<LenientReply> Replies { get; } = [];

    public bool HasDied { get; private set; }

    public void Call(string endpoint, string json, DataType accept = DataType.Json)
    {
        _accepts.Enqueue(accept);
        Send(Frame.Request(endpoint, DataType.Json, accept, Encoding.UTF8.GetBytes(json)));
    }

    protected override void OnReceived()
    {
        while (!Socket.IsClosed && _accepts.Count > 0 && (_inBody ? StepBody() : StepHeader()))
        {
        }
    }

    private bool StepHeader()
    {
        if (!_json.TryDecode(Inbox))
            return false;
        JsonElement? header = _json.Value;
        HasDied |= header is { ValueKind: JsonValueKind.Null };
        if (header is not { ValueKind: JsonValueKind.Object } members)
        {
            Close();
            return false;
        }
        int error = members.TryGetProperty("Error", out JsonElement value) ? value.GetInt32() : 0;
        if (error != (int)ReplyError.Ok)
        {
            End(new LenientReply(error, null));
            return true;
        }
        _inBody = true;
        _json = new LenientJson();
        _octets = new LenientPart();
        _octetsRead = [];
        return true;
    }

    private bool StepBody()
    {
        if (_accepts.Peek() == DataType.Json)
        {
            if (!_json.TryDecode(Inbox))
                return false;
            End(new LenientReply((int)ReplyError.Ok, _json.Value is null ? null : _json.Text));
            return true;
        }
        LenientRead read = _octets.Read(Inbox, int.MaxValue, _octetsRead);
        if (read is LenientRead.End or LenientRead.Broken)
            End(new LenientReply((int)ReplyError.Ok, read == LenientRead.End ? [.. _octetsRead] : null));
        return read is not LenientRead.Nothing;
    }

    private void End(LenientReply reply)
    {
        Replies.Add(reply);
        _ = _accepts.Dequeue();
        _inBody = false;
        _json = new LenientJson(MessageHeader.BytesMax);
    }
}
