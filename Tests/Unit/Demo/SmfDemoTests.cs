using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Demo;

public sealed class SmfDemoTests : IDisposable
{
    private readonly DemoClient _client = new(WireFormat.Smf);

    public void Dispose()
    {
        Must.Hold(_client.Exceptions == 0);
        _client.Dispose();
    }

    [Test]
    public async Task Captured_requests_come_back_with_status_200()
    {
        byte[] requests = Vectors.Bytes("smf-get3.c2s");
        _client.SendInBytes(requests);
        byte[] replies = _client.Receive(requests.Length);
        for (int at = 0; at < requests.Length;)
        {
            var request = SmfHeader.Read(requests.AsSpan(at));
            await Assert.That(SmfHeader.Read(replies.AsSpan(at))).IsEqualTo(request with { Meta = SmfStatus.Ok });
            at += SmfHeader.Bytes;
            await Assert.That(replies[at..(at + (int)request.Size)]).IsSequence(requests[at..(at + (int)request.Size)]);
            at += (int)request.Size;
        }
    }

    [Test]
    public async Task A_large_payload_is_not_held_and_a_client_that_does_not_read_is_not_read_either()
    {
        byte[] request = Request(1, new byte[9_000_000]);
        _client.StopReading();
        _client.Send(request);
        _client.Turn(500);
        await Assert.That(_client.Server.OutputBytes).IsBetween(1, 512 * 1024);
        _client.ReadOn();
        await Assert.That(_client.Receive(request.Length).Length).IsEqualTo(request.Length);
    }

    [Test]
    public async Task Many_small_requests_come_back_although_nobody_reads_for_a_while()
    {
        byte[] one = Request(7, new byte[100]);
        byte[] requests = [.. Enumerable.Repeat(one, 50_000).SelectMany(bytes => bytes)];
        _client.StopReading();
        _client.Send(requests);
        _client.Turn(500);
        await Assert.That(_client.Server.OutputBytes).IsBetween(1, 512 * 1024);
        _client.ReadOn();
        _client.EndSending();
        await Assert.That(_client.Exceptions).IsEqualTo(0);
    }

    [Test]
    public async Task A_request_that_no_server_would_take_gets_status_400_and_the_next_is_served()
    {
        byte[] headers = new byte[SmfHeader.Bytes];
        new SmfHeader(SmfCompression.None, 1, 3, 5, 77, 1).Write(headers);
        byte[] good = Request(4, [1, 2, 3]);
        _client.Send([.. headers, 1, 2, 3, 4, 5, .. good]);
        byte[] replies = _client.Receive(SmfEmptyReply.Bytes + good.Length);
        byte[] refused = new byte[SmfEmptyReply.Bytes];
        SmfEmptyReply.Write(refused, 3, SmfStatus.BadRequest);
        await Assert.That(replies[..refused.Length]).IsSequence(refused);
        await Assert.That(SmfHeader.Read(replies.AsSpan(refused.Length)).Session).IsEqualTo((ushort)4);
    }

    [Test]
    public void An_orderly_end_is_answered_by_one_after_the_last_reply()
    {
        byte[] request = Request(1, [1, 2, 3]);
        _client.Send(request);
        _client.Receive(request.Length);
        _client.EndSending();
        _client.Pump(() => _client.ServersClosed == 1, "the server's end");
    }

    private static byte[] Request(ushort session, byte[] payload)
    {
        byte[] message = new byte[SmfHeader.Bytes + payload.Length];
        new SmfHeader(SmfCompression.None, 0, session, (uint)payload.Length, SmfChecksum.Of(payload), 0x6ad4023d).Write(message);
        payload.CopyTo(message, SmfHeader.Bytes);
        return message;
    }
}
