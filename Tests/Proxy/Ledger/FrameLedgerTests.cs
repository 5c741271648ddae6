using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.Proxy.Ledger;
using FrameRpc.Protocol.Frames;
using FrameRpc.Tests.Simulation;
using FrameRpc.Tests.Simulation.Frames;
using Xunit;

namespace FrameRpc.Tests.Proxy.Ledger;

/// <summary>Where each way in which a frame call can end stands in the books.</summary>
public sealed class FrameLedgerTests
{
    private readonly GatewaySimulation _sim = new(new GatewaySetup { MessageBytesMax = 200_000, TimeoutMs = 300 });

    private ListenerLedger Books => _sim.Dispatcher.Ledger.Listeners[1];

    /// <summary>Behind the smf route.</summary>
    private CallTally Echo => Books.At(1)!;

    private CallTally Upload => Books.At(2)!;

    private CallTally Download => Books.At(4)!;

    [Fact]
    public void A_call_that_is_served_stands_with_its_server_and_the_bytes_of_its_json()
    {
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, "\"hello\""));
        LedgerCheck.AssertOne(Echo, server: 0, CallStatus.FrameOk);
        Assert.InRange(Echo.RequestBytes, "\"hello\"".Length, "\"hello\"\n".Length);
        Assert.InRange(Echo.ReplyBytes, "\"hello\"".Length, "\"hello\"\n".Length);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(10_000_000)]
    public void Octets_are_counted_without_their_frame_headers(int bytes)
    {
        Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Octets(new byte[bytes])]);
        LedgerCheck.AssertOne(Upload, server: 0, CallStatus.FrameOk);
        Assert.Equal(bytes, Upload.RequestBytes);
        Assert.Equal(bytes, Upload.ReplyBytes);
    }

    [Theory]
    [InlineData(ReplyError.Request)]
    [InlineData(ReplyError.Server)]
    [InlineData(ReplyError.Undecided)]
    public void A_servers_own_error_stands_with_that_server_and_nobody_was_refused(ReplyError error)
    {
        _sim.FrameServer.OnRequest = (connection, _) => connection.Fail(error, "no");
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, "1"));
        LedgerCheck.AssertOne(Echo, server: 0, CallStatuses.OfFrame(error));
        Assert.Equal(0, _sim.Counters.CallsRefused);
    }

    [Fact]
    public void Calls_without_a_route_or_without_a_header_that_says_one_stand_together()
    {
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Call("1", "Nobody");
        caller.Send([.. Frame.Encode(FrameType.Header, true, "null"u8), .. Frame.Encode(FrameType.Data, true, "1"u8)]);
        _sim.RunUntilQuiet();
        Assert.Equal(2, Books.Unrouted.Ended(CallTally.NoServer, CallStatus.FrameRequest));
        Assert.Equal(1, _sim.Dispatcher.Ledger.Refused(Refusal.NoRoute));
        Assert.Equal(1, _sim.Dispatcher.Ledger.Refused(Refusal.Malformed));
    }

    [Fact]
    public void A_caller_that_loses_its_place_while_its_call_is_refused_is_counted_once()
    {
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Nobody", DataType.Octets), 9, 9, 9, 9, 9, 9]);
        _sim.RunUntilQuiet();
        LedgerCheck.AssertOne(Books.Unrouted, CallTally.NoServer, CallStatus.FrameRequest);
        Assert.Equal(1, _sim.Counters.CallsRefused);
    }

    [Fact]
    public void A_call_that_is_too_large_stands_with_its_route()
    {
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, '"' + new string('x', 200_000) + '"'));
        LedgerCheck.AssertOne(Echo, CallTally.NoServer, CallStatus.FrameRequest);
        Assert.Equal(1, _sim.Dispatcher.Ledger.Refused(Refusal.TooLarge));
    }

    [Fact]
    public void A_call_whose_time_is_up_stands_with_the_server_that_was_silent()
    {
        _sim.FrameServer.OnRequest = (_, _) => { };
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, "1"));
        _sim.RunFor(400);
        LedgerCheck.AssertOne(Echo, server: 0, CallStatus.FrameServer);
        Assert.Equal(1, _sim.Dispatcher.Ledger.Refused(Refusal.TimedOut));
        Assert.InRange(Echo.Durations.SumUs, 300_000, 400_000);
    }

    [Fact]
    public void A_lost_server_and_a_reply_that_is_none_are_told_apart()
    {
        _sim.FrameServer.OnRequest = (connection, _) => connection.Reset();
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, "1"));
        _sim.FrameServer.OnRequest = (connection, _) => connection.Send(Frame.Encode(FrameType.Data, true, "1"u8));
        Send(Frame.JsonRequest(GatewaySetup.Endpoint, "1"));
        Assert.Equal(2, Echo.Ended(0, CallStatus.FrameServer));
        Assert.Equal(1, _sim.Dispatcher.Ledger.Refused(Refusal.ServerLost));
        Assert.Equal(1, _sim.Dispatcher.Ledger.Refused(Refusal.BadReply));
    }

    [Fact]
    public void Of_a_request_that_is_cut_what_came_is_counted()
    {
        FrameFarCaller caller = _sim.ConnectFrames();
        caller.Send([.. Frame.RequestHeader("Upload", DataType.Octets), .. Frame.Octets(new byte[50_000]).AsSpan(0, FrameHeader.Bytes + 20_000)]);
        _sim.RunUntilQuiet();
        caller.Reset();
        _sim.RunUntilQuiet();
        LedgerCheck.AssertOne(Upload, server: 0, CallStatus.Cut);
        Assert.Equal(20_000, Upload.RequestBytes);
    }

    [Fact]
    public void Of_a_reply_that_is_cut_what_came_is_counted()
    {
        _sim.FrameServer.OnRequest = (connection, _) =>
        {
            connection.Send([.. Frame.ReplyHeader(DataType.Octets), .. Frame.Octets(new byte[50_000]).AsSpan(0, FrameHeader.Bytes + 20_000)]);
            connection.EndSending();
        };
        _sim.ConnectFrames().Download("1");
        _sim.RunUntilQuiet();
        LedgerCheck.AssertOne(Download, server: 0, CallStatus.Cut);
        Assert.Equal(20_000, Download.ReplyBytes);
    }

    private void Send(ReadOnlySpan<byte> request)
    {
        _sim.ConnectFrames().Send(request);
        _sim.RunUntilQuiet();
    }
}
