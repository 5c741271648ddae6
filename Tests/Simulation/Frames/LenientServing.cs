using System.Text;
using System.Text.Json;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Simulation.Frames;

/// <summary>Serves the bytes of one connection of a <see cref="LenientFrameServer"/>.</summary>
/// <param name="server">Has the endpoints.</param>
/// <param name="inbox">Received bytes.</param>
/// <param name="send">Sends a reply.</param>
/// <param name="close">Closes the connection.</param>
internal sealed class LenientServing(LenientFrameServer server, ByteQueue inbox, Action<byte[]> send, Action close)
{
    private bool _closed;
    private LenientJson? _json = new(MessageHeader.BytesMax);
    private LenientPart _octets;
    private List<byte> _octetsRead = [];
    private (string Name, LenientEndpoint Endpoint)? _called;

    public int CallsRun { get; private set; }

    /// <summary>Serves what has arrived.</summary>
    public void Go()
    {
        while (!_closed && !server.HasDied && Step())
        {
        }
    }

    /// <summary>Reads one part of one call; false if more is needed.</summary>
    private bool Step()
    {
        if (_called is not { } called)
            return StepHeader();
        return called.Endpoint.Takes == DataType.Json ? StepJson(called.Name, called.Endpoint) : StepOctets(called.Name, called.Endpoint);
    }

    private bool StepHeader()
    {
        if (!_json!.TryDecode(inbox))
            return false;
        JsonElement? header = _json.Value;
        _json = new LenientJson(MessageHeader.BytesMax);
        if (header is { ValueKind: JsonValueKind.Null })
        {
            server.HasDied = true;
            Close();
        }
        else if (header is not { ValueKind: JsonValueKind.Object } members || !TryReadMembers(members, out string name, out int dataType, out int accept))
        {
            send(Frame.Reset);
            Close();
        }
        else if (!server.Endpoints.TryGetValue(name, out LenientEndpoint? endpoint) || (int)endpoint.Takes != dataType || (int)endpoint.Gives != accept)
        {
            Fail("unregistered endpoint, or wrong DataType or Accept");
        }
        else
        {
            _called = (name, endpoint);
            _json = new LenientJson();
            _octets = new LenientPart(endpoint.ReadsBytesMax);
            _octetsRead = [];
        }
        return true;
    }

    private bool StepJson(string name, LenientEndpoint endpoint)
    {
        if (!_json!.TryDecode(inbox))
            return false;
        LenientJson body = _json;
        EndCall();
        if (body.Value is null)
            Fail("cannot decode marshaled JSON");
        else
            Answer(name, endpoint, body.Text);
        return true;
    }

    private bool StepOctets(string name, LenientEndpoint endpoint)
    {
        LenientRead read = _octets.Read(inbox, int.MaxValue, _octetsRead);
        if (read is LenientRead.Nothing)
            return false;
        if (read is LenientRead.Bytes)
            return true;
        byte[] body = [.. _octetsRead];
        EndCall();
        if (read is LenientRead.Broken)
            Fail("reset frame observed on connection");
        else
            Answer(name, endpoint, body);
        return true;
    }

    private void Close()
    {
        _closed = true;
        close();
    }

    private void EndCall()
    {
        _called = null;
        _json = new LenientJson(MessageHeader.BytesMax);
    }

    private void Answer(string name, LenientEndpoint endpoint, byte[] body)
    {
        server.Ran.Add(new LenientCall(name, body));
        CallsRun++;
        byte[] data = endpoint.Takes == DataType.Octets && endpoint.Gives == DataType.Json ? Encoding.UTF8.GetBytes($"{{\"Bytes\":{body.Length}}}") : body;
        send([.. Frame.ReplyHeader(endpoint.Gives),
            .. endpoint.Gives == DataType.Octets ? Frame.Octets(data) : Frame.Encode(FrameType.Data, true, [.. data, (byte)'\n'])]);
    }

    private void Fail(string message) => send(Frame.ReplyHeader(DataType.Absent, ReplyError.Request, message));

    /// <summary>Names are folded and the last duplicate counts, as in Go's decoder; a member of the wrong kind is an error.</summary>
    private static bool TryReadMembers(JsonElement header, out string endpoint, out int dataType, out int accept)
    {
        endpoint = "";
        dataType = accept = 0;
        foreach (JsonProperty member in header.EnumerateObject())
        {
            if (IsNamed(member, "Endpoint"))
            {
                if (member.Value.ValueKind != JsonValueKind.String)
                    return false;
                endpoint = member.Value.GetString()!;
            }
            else if (IsNamed(member, "DataType") && (member.Value.ValueKind != JsonValueKind.Number || !member.Value.TryGetInt32(out dataType)))
            {
                return false;
            }
            else if (IsNamed(member, "Accept") && (member.Value.ValueKind != JsonValueKind.Number || !member.Value.TryGetInt32(out accept)))
            {
                return false;
            }
        }
        return true;
    }

    private static bool IsNamed(JsonProperty member, string name)
    {
        try
        {
            return member.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, which Go replaces.
            return false;
        }
    }
}
