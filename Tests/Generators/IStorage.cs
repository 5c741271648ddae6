using System.Buffers;
using System.Text;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Services;

namespace FrameRpc.Tests.Generators;

/// <summary>A service with every kind of payload. Names of its types: derived, said for one of them, said for both.</summary>
[SmfService("SmfStorage", Namespace = "smf_gen.demo")]
internal interface IStorage
{
    Task<Response> GetAsync(Request request, CallOptions options = default, CancellationToken cancel = default);

    [SmfMethod(Reply = "smf_gen::demo::Blob")]
    ValueTask<ReadOnlyMemory<byte>> ReadAsync(Request request, CancellationToken cancel = default);

    [SmfMethod("put", Request = "smf_gen.demo.Blob", Reply = "smf_gen.demo.Blob")]
    ValueTask<ReadOnlyMemory<byte>> WriteAsync(ReadOnlyMemory<byte> blob, CancellationToken cancel = default);
}

/// <summary>Text as UTF-8, where a real service would have a FlatBuffers table.</summary>
internal sealed record Request(string Name) : ISmfPayload<Request>
{
    public static Request Read(ReadOnlyMemory<byte> payload) => new(Encoding.UTF8.GetString(payload.Span));

    public void Write(IBufferWriter<byte> destination) => Encoding.UTF8.GetBytes(Name, destination);
}

/// <summary>One byte of length and a text, so that bytes can be wrong.</summary>
internal sealed record Response(string Text) : ISmfPayload<Response>
{
    public static Response Read(ReadOnlyMemory<byte> payload) => payload.Span[0] == payload.Length - 1
        ? new Response(Encoding.UTF8.GetString(payload.Span[1..]))
        : throw new FormatException($"{payload.Span[0]} bytes were promised, and {payload.Length - 1} came");

    public void Write(IBufferWriter<byte> destination)
    {
        destination.Write([(byte)Encoding.UTF8.GetByteCount(Text)]);
        _ = Encoding.UTF8.GetBytes(Text, destination);
    }
}
