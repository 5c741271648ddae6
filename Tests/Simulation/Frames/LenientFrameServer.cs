using System.Text;
using System.Text.Json;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Simulation.Frames;

/// <summary>What an endpoint of a <see cref="LenientFrameServer"/> takes and gives.</summary>
/// <param name="Takes">The DataType of its requests.</param>
/// <param name="Gives">What a request has to accept.</param>
/// <param name="ReadsBytesMax">Of octets it reads as many and answers then; the rest stays in the connection.</param>
internal sealed record LenientEndpoint(DataType Takes, DataType Gives, int ReadsBytesMax = int.MaxValue);

/// <summary>A call that a <see cref="LenientFrameServer"/> has run.</summary>
internal sealed record LenientCall(string Endpoint, byte[] Body);

/// <summary>
/// A frame server that reads as the first implementation of 2017 does: frame types are not looked at, a request of a wrong type is
/// answered without reading its data, which is then the next header, and the header <c>null</c> ends the process.
/// Source: zrepl of 2017, <c>rpc/server.go</c>.
/// </summary>
internal sealed class LenientFrameServer(Address address) : SimulatedServer(address, () => throw new NotSupportedException())
{
    public Dictionary<string, LenientEndpoint> Endpoints { get; } = new()
    {
        ["Echo"] = new(DataType.Json, DataType.Json),
        ["Danger"] = new(DataType.Json, DataType.Json),
        ["Upload"] = new(DataType.Octets, DataType.Octets),
        ["Receive"] = new(DataType.Octets, DataType.Json),
        ["Download"] = new(DataType.Json, DataType.Octets),
    };

    /// <summary>What it has run, with or without a route.</summary>
    public List<LenientCall> Ran { get; } = [];

    /// <summary>The process has ended.</summary>
    public bool HasDied { get; set; }

    public List<LenientFrameConnection> Connections { get; } = [];

    public override FarEnd Accept()
    {
        var connection = new LenientFrameConnection(this);
        Connections.Add(connection);
        return connection;
    }
}

/// <summary>One connection to it.</summary>
internal sealed class LenientFrameConnection(LenientFrameServer server) : FarEnd
{
    private LenientJson? _json = new(MessageHeader.BytesMax);
    private LenientPart _octets;
    private List<byte> _octetsRead = [];
    private (string Name, LenientEndpoint Endpoint)? _called;

    public int CallsRun { get; private set; }

    protected override void OnReceived()
    {
        while (!Socket.IsClosed && !server.HasDied && Step())
        {
        }
    }

    protected override void OnOver() => Close();

    /// <summary>One part of one call; false when more has to come.</summary>
    private bool Step()
    {
        if (_called is not { } called)
            return StepHeader();
        return called.Endpoint.Takes == DataType.Json ? StepJson(called.Name, called.Endpoint) : StepOctets(called.Name, called.Endpoint);
    }

    private bool StepHeader()
    {
        if (!_json!.TryDecode(Inbox))
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
            Send(Frame.Reset);
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
        if (!_json!.TryDecode(Inbox))
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
        LenientRead read = _octets.Read(Inbox, int.MaxValue, _octetsRead);
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
        Send([.. Frame.ReplyHeader(endpoint.Gives), .. endpoint.Gives == DataType.Octets ? Frame.Octets(data) : Frame.Encode(FrameType.Data, true, [.. data, (byte)'\n'])]);
    }

    private void Fail(string message) => Send(Frame.ReplyHeader(DataType.Absent, ReplyError.Request, message));

    /// <summary>Names are folded and the last of several counts, as Go's decoder has it; a member of another kind is an error.</summary>
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
            // Half of a surrogate pair, in place of which Go puts another character.
            return false;
        }
    }
}
