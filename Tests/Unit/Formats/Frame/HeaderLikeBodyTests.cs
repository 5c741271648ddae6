using System.Text;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;

namespace FrameRpc.Tests.Formats.Frames;

/// <summary>A server without the method leaves the body unread, and reads it as the header of its next call.</summary>
public sealed class HeaderLikeBodyTests
{
    private const string Refused =
        "the body could be read as a header, which a server without the method would execute; see \"headerLikeBodies\" of the route";

    private static readonly FrameRouteSetup[] Passing =
        [new("Echo", HeaderLikeBodies: HeaderLikeBodies.Pass), new("Upload", DataType.Octets, DataType.Octets, HeaderLikeBodies.Pass)];

    public static IEnumerable<string> HeaderLikeJson =>
    [
        "null", " null\n", "{\"Endpoint\":\"Danger\"}", "{\"endpoint\":1}", "{\"ENDPOINT\":null}", "{\"x\":[{}],\"EndPoint\" :\"Danger\"}",
        "{\"\\u0045ndpoint\":\"Danger\"}", "{\"Endpoin\\u0074\":\"Danger\"}", "{\"Endpoint\":\"" + new string('x', 3000) + "\"}",
        "{\"x\":\"" + new string('x', 100_000) + "\",\"Endpoint\":\"Danger\"}",
    ];

    public static IEnumerable<string> HarmlessJson =>
    [
        "{}", "{\"x\":{\"Endpoint\":\"Danger\"}}", "[{\"Endpoint\":\"Danger\"}]", "[null]", "\"Endpoint\"", "{\"x\":\"Endpoint\"}",
        "{\"Endpoints\":1}", "{\"Endpoin\":1}",
        "{\"\\\\u0045ndpoint\":1}", "{\"DataType\":2,\"Accept\":2}", "{\"x\":\"" + new string('x', 100_000) + "\",\"y\":{\"Endpoint\":\"Danger\"}}",
    ];

    [Test]
    [MethodDataSource(nameof(HeaderLikeJson))]
    public async Task Json_that_could_be_read_as_a_header_is_error_2_and_reaches_no_server_completely(string json)
    {
        await AssertRefused("Echo", DataType.Json, Encoding.UTF8.GetBytes(json));
        await AssertPasses(new GatewaySetup { FrameRoutes = Passing }, "Echo", DataType.Json, Encoding.UTF8.GetBytes(json));
    }

    [Test]
    [MethodDataSource(nameof(HarmlessJson))]
    public Task Json_that_no_server_can_read_as_a_header_passes(string json) =>
        AssertPasses(new GatewaySetup(), "Echo", DataType.Json, Encoding.UTF8.GetBytes(json));

    public static IEnumerable<string> HeaderLikeOctets =>
    [
        "null", "null and more", " \t\r\nnull", "{}", "{\"Endpoint\":\"Danger\"}", "{} and more", "\n {\"a\":1}{\"b\":2}",
        "{\"x\":\"" + new string('x', 4000) + "\"}",
    ];

    public static IEnumerable<string> HarmlessOctets =>
    [
        "", "nul", "nullify"[..3], "{", "{]", "{\"a\":1", "[{}]", "\"{}\"", "7", "{!" + new string(' ', 510),
        "{\"x\":\"" + new string('x', 5000) + "\"}", new string(' ', 5000) + "{}", "\0{}",
    ];

    [Test]
    [MethodDataSource(nameof(HeaderLikeOctets))]
    public async Task Octets_that_begin_with_null_or_an_object_are_error_2_and_reach_no_server(string octets)
    {
        await AssertRefused("Upload", DataType.Octets, Encoding.UTF8.GetBytes(octets));
        await AssertPasses(new GatewaySetup { FrameRoutes = Passing }, "Upload", DataType.Octets, Encoding.UTF8.GetBytes(octets));
    }

    [Test]
    [MethodDataSource(nameof(HarmlessOctets))]
    public Task Octets_that_no_server_can_read_as_a_header_pass(string octets) =>
        AssertPasses(new GatewaySetup(), "Upload", DataType.Octets, Encoding.UTF8.GetBytes(octets));

    [Test]
    public async Task Octets_are_passed_on_from_the_first_byte_that_shows_that_they_are_no_header()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Encode(FrameType.Data, false, "x"u8)]);
        sim.RunPastPause();
        await Assert.That(sim.FrameServer.Connection.Current!.Json).IsEqualTo("x");
    }

    [Test]
    public async Task Octets_that_are_not_decided_hold_no_connection_and_end_with_the_request_timeout()
    {
        var sim = new GatewaySimulation(new GatewaySetup { RequestTimeoutMs = 2000 });
        FrameFarCaller caller = sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Encode(FrameType.Data, false, "{"u8)]);
        sim.RunFor(2100);
        await Assert.That(sim.FrameServer.Connections).IsEmpty();
        await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).ErrorMessage).IsEqualTo("the request did not arrive in time; the connection ends");
        await Assert.That(caller.SawResetFrame).IsTrue();
    }

    [Test]
    public async Task Octets_of_empty_frames_that_decide_nothing_are_refused_within_16_KiB()
    {
        var sim = new GatewaySimulation();
        FrameFarCaller caller = sim.ConnectFrames();
        byte[] empty = Frame.Encode(FrameType.Data, false, []);
        byte[] body = [.. Enumerable.Repeat(empty, 3000).SelectMany(frame => frame), .. Frame.Encode(FrameType.Data, true, "{}"u8)];
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. body]);
        sim.RunUntilQuiet();
        await Assert.That(caller.LastReply.Error).IsEqualTo(ReplyError.Request);
        await Assert.That(sim.FrameServer.Connections).IsEmpty();
    }

    private static async Task AssertRefused(string endpoint, DataType type, byte[] body)
    {
        foreach (byte[] part in Cuts(body))
        {
            var sim = new GatewaySimulation();
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Send([.. Frame.RequestHeader(endpoint, type), .. part]);
            caller.Call("\"after\"");
            sim.RunUntilQuiet();
            await Assert.That(caller.Replies.Select(reply => (reply.Error, reply.ErrorMessage)))
                .IsSequence([(ReplyError.Request, Refused), (ReplyError.Ok, "")]);
            await Assert.That((await Assert.That(sim.FrameServer.Requests).HasSingleItem()).Json).IsEqualTo("\"after\"");
        }
    }

    private static async Task AssertPasses(GatewaySetup setup, string endpoint, DataType type, byte[] body)
    {
        foreach (byte[] part in Cuts(body))
        {
            var sim = new GatewaySimulation(setup);
            FrameFarCaller caller = sim.ConnectFrames();
            caller.Send([.. Frame.RequestHeader(endpoint, type), .. part]);
            sim.RunUntilQuiet();
            await Assert.That((await Assert.That(caller.Replies).HasSingleItem()).Error).IsEqualTo(ReplyError.Ok);
            await Assert.That(caller.LastReply.Data.AsSpan().TrimEnd(" \n"u8).ToArray()).IsSequence(body.AsSpan().TrimEnd(" \n"u8).ToArray());
        }
    }

    private static IEnumerable<byte[]> Cuts(byte[] body) =>
        new[] { body.Length + 1, (body.Length / 2) + 1, body.Length > 6000 ? 5000 : 3 }.Distinct().Select(frameBytes => Frame.Octets(body, frameBytes));
}
