using System.Text;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

/// <summary>
/// One random run with servers that read as the first implementation does, and with some hostile callers: a server never executes an
/// endpoint without a route, nor a call that no caller made, and honest callers get their own replies.
/// </summary>
/// <remarks>
/// All handlers read their octets to the end. What a handler that answers earlier has received by then cannot be taken back:
/// <see cref="LenientServerTests"/> assert that its reply reaches no other caller.
/// </remarks>
internal sealed class HostileStory
{
    private readonly Random _random;
    private readonly GatewaySimulation _sim;
    private readonly LenientFrameServer _server;
    private readonly HashSet<string> _made = [];
    private int _calls;

    public HostileStory(int seed)
    {
        _random = SeedStream.Of(seed, "story");
        var setup = new GatewaySetup
        {
            ExclusiveConnectionsMax = _random.Next(1, 4),
            TimeoutMs = 1000,
            WriteTimeoutMs = 500,
            DrainsOctets = _random.Next(2) == 0,
        };
        _sim = new GatewaySimulation(setup, NetworkConditions.Rough(_random), seed);
        _server = _sim.UseLenientServer();
        // As in a rolling upgrade: a method with a route that this server does not have.
        if (_random.Next(3) == 0)
            _ = _server.Endpoints.Remove(_random.Next(2) == 0 ? "Echo" : "Upload");
    }

    /// <returns>How many calls the server has executed.</returns>
    public async Task<int> Play()
    {
        for (int i = _random.Next(1, 6); i > 0; i--)
        {
            SendAttack(_sim.ConnectFrames());
            if (_random.Next(2) == 0)
                PlanHonest();
        }
        PlanHonest();
        _sim.RunFor(20_000);
        await Assert.That(_server.HasDied).IsFalse().Because("a request ended the server");
        foreach (LenientCall call in _server.Ran)
        {
            await Assert.That((string[])["Echo", "Upload", "Receive", "Download"]).Contains(call.Endpoint);
            await Assert.That(_made).Contains(KeyOf(call.Endpoint, call.Body));
        }
        return _server.Ran.Count;
    }

    private static string KeyOf(string endpoint, ReadOnlySpan<byte> body) => endpoint + Convert.ToBase64String(body.Trim(" \n"u8));

    private void PlanHonest()
    {
        string json = $"{{\"honest\":{_calls++}}}";
        _ = _made.Add(KeyOf("Echo", Encoding.UTF8.GetBytes(json)));
        LenientFrameCaller caller = _sim.ConnectFrames(new LenientFrameCaller());
        caller.Call("Echo", json);
        _sim.Network.After(15_000, () =>
        {
            foreach (LenientReply reply in caller.Replies)
                Must.Hold(reply.Error != (int)ReplyError.Ok || reply.Text == json, $"{json} got {reply}");
            caller.Close();
        });
    }

    /// <summary>A request with a header and a body of any kind, which may contradict each other.</summary>
    private void SendAttack(FrameFarCaller attacker)
    {
        for (int i = _random.Next(1, 4); i > 0; i--)
        {
            string endpoint = Pick("Echo", "Upload", "Receive", "Download", "Danger", "Fail", "Nothing");
            var dataType = (DataType)_random.Next(1, 4);
            var accept = (DataType)_random.Next(1, 4);
            if (_random.Next(2) == 0)
            {
                (dataType, accept) = endpoint switch
                {
                    "Upload" => (DataType.Octets, DataType.Octets),
                    "Receive" => (DataType.Octets, DataType.Json),
                    "Download" => (DataType.Json, DataType.Octets),
                    _ => (DataType.Json, DataType.Json),
                };
            }
            byte[] body = Body();
            _ = _made.Add(KeyOf(endpoint, body));
            int frameBytes = _random.Next(4) == 0 ? _random.Next(1, 40) : _random.Next(1, 1 + body.Length + 600);
            attacker.Send([.. Frame.RequestHeader(endpoint, dataType, accept), .. Frame.Octets(body, frameBytes)]);
        }
        if (_random.Next(3) == 0)
            _sim.Network.After(_random.Next(1, 500), attacker.Reset);
        else
            _sim.Network.After(15_000, attacker.Close);
    }

    private byte[] Body()
    {
        byte[] danger = Frame.RequestHeader("Danger", DataType.Json);
        byte[] frames = [.. danger, .. Frame.Encode(FrameType.Data, true, "\"x\""u8)];
        byte[] spaces = [.. Enumerable.Repeat((byte)' ', _random.Next(3) == 0 ? _random.Next(600) : 510)];
        byte[] open = Encoding.UTF8.GetBytes(Pick(
            "{}", "{!", "[", "\"", "null", "{\"a\":1}", "{\"Endpoint\":\"Danger\",\"DataType\":2,\"Accept\":2}", "7", "",
            "{\"\\u0045ndpoint\":\"\"}", "true", "[1,2"));
        byte[] close = Encoding.UTF8.GetBytes(Pick("", "}", "]", "\"", "null", "\n"));
        return _random.Next(6) switch
        {
            0 => danger[FrameHeader.Bytes..],
            1 => [.. open, .. close],
            2 => [.. open, .. spaces, .. frames, .. close],
            3 => [.. open, .. spaces, .. Enumerable.Repeat((byte)' ', 100_000), .. frames, .. close],
            4 => [.. spaces, .. open, .. frames],
            _ => Encoding.UTF8.GetBytes($"{{\"call\":{_calls++}}}"),
        };
    }

    private string Pick(params string[] choices) => choices[_random.Next(choices.Length)];
}
