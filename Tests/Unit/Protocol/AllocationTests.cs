using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;
using FrameRpc.Protocol.Identity;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Tests.Protocol;

/// <summary>The data path's law: nothing is allocated, not even for input that is refused.</summary>
[NotInParallel] // Counts allocations, and a collection that another test causes disturbs the count.
public sealed class AllocationTests
{
    private static readonly byte[] Buffer = new byte[MessageHeader.BytesMax];
    private static readonly byte[] Text = new byte[MessageHeader.BytesMax];

    [Test]
    public async Task The_measure_sees_an_allocation() => await Assert.That(Measure(() => GC.KeepAlive(new object())).Bytes).IsNotEqualTo(0);

    [Test]
    public Task Hashing_allocates_nothing() => AssertNothing(() =>
    {
        _ = SmfChecksum.Of(Buffer.AsSpan(0, 7));
        _ = SmfChecksum.Of(Buffer.AsSpan(0, 60));
        _ = SmfChecksum.Of(Buffer);
        _ = RequestId.ForEndpoint(Buffer.AsSpan(0, 7));
        _ = RequestId.ForEndpoint(Buffer);
    });

    [Test]
    public Task Request_ids_allocate_nothing() => AssertNothing(() =>
    {
        _ = RequestId.ForMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response");
        _ = RequestId.ForEndpoint("größer");
        _ = RequestId.ForEndpoint("Echo"u8);
        _ = RequestId.TryParse("0x6ad4023d", out _);
    });

    [Test]
    public Task Smf_headers_allocate_nothing() => AssertNothing(() =>
    {
        SmfEmptyReply.Write(Buffer, 7, SmfStatus.TimedOut);
        SmfHeader.WriteSession(Buffer, 8);
        var header = SmfHeader.Read(Buffer);
        _ = header.CheckRequest();
        _ = header.CheckReply();
        header.Write(Buffer);
    });

    [Test]
    public Task Frame_headers_allocate_nothing() => AssertNothing(() =>
    {
        FrameHeader.Reset.CopyTo(Buffer);
        var header = FrameHeader.Read(Buffer);
        _ = header.IsValid;
        header.Write(Buffer);
    });

    [Test]
    public Task Message_headers_allocate_nothing() => AssertNothing(() =>
    {
        MessageHeader.TryRead("{\"Endpoint\":\"E\\u0063ho\",\"x\":[{\"y\":1}],\"Error\":4,\"ErrorMessage\":\"a\\n\"}\n"u8, Text, out MessageHeader header);
        _ = header.Write(Buffer);
        _ = header.WriteLine(Buffer);
        _ = header.Write(Buffer.AsSpan(0, 10));
    });

    [Test]
    public Task Refusing_a_message_header_allocates_nothing() => AssertNothing(() =>
    {
        _ = MessageHeader.TryRead("null"u8, Text, out _);
        _ = MessageHeader.TryRead("{\"Endpoint\":\"\\ud800\"}"u8, Text, out _);
        _ = MessageHeader.TryRead("{\"Error\":1,\"Error\":01}"u8, Text, out _);
        _ = MessageHeader.TryRead("{\"Error\":01}"u8, Text, out _);
    });

    [Test]
    public Task Checking_JSON_allocates_nothing() => AssertNothing(() =>
    {
        JsonChecker checker = default;
        _ = checker.Feed("{\"Msg\":\"a\\\"b\",\"n\":[1,2"u8);
        _ = checker.Feed("]}\n"u8);
        _ = checker.Feed("x"u8);
    });

    private static Task AssertNothing(Action work) => Measure(work).AssertNothing();

    private static AllocationMeter Measure(Action work)
    {
        for (int warm = 0; warm < 100; warm++)
            work();
        var meter = default(AllocationMeter);
        for (int call = 0; call < 10_000; call++)
        {
            meter.Begin();
            work();
            meter.End();
        }
        return meter;
    }
}
