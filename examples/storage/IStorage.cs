using System.Buffers;
using System.Text;
using FrameRpc.Protocol.Services;

namespace Storage;

/// <summary>The service SmfStorage of storage.fbs, beside this file.</summary>
/// <remarks>
/// The compiler makes of it: StorageClient, an IStorage that calls a server; MapStorage, by which a server serves an IStorage; and StorageIds, with the request
/// ids as C++, Go and Java compute them. An id is made of names, so service, namespace, methods and payload types are called here as they are in the schema.
/// </remarks>
[SmfService("SmfStorage", Namespace = "smf_gen.demo")]
internal interface IStorage
{
    Task<Response> GetAsync(Request request, CancellationToken cancel = default);

    Task<Response> PutAsync(PutRequest request, CancellationToken cancel = default);
}

/// <summary><c>table Request { name:string; }</c></summary>
internal sealed record Request(string Name) : ISmfPayload<Request>
{
    public static Request Read(ReadOnlyMemory<byte> payload) => new(Encoding.UTF8.GetString(FlatTable.Read(payload, 0).Span));

    public void Write(IBufferWriter<byte> destination) => FlatTable.Write(destination, Encoding.UTF8.GetBytes(Name));
}

/// <summary><c>table Response { name:string; }</c></summary>
internal sealed record Response(string Name) : ISmfPayload<Response>
{
    public static Response Read(ReadOnlyMemory<byte> payload) => new(Encoding.UTF8.GetString(FlatTable.Read(payload, 0).Span));

    public void Write(IBufferWriter<byte> destination) => FlatTable.Write(destination, Encoding.UTF8.GetBytes(Name));
}

/// <summary><c>table PutRequest { name:string (required); body:[ubyte]; }</c></summary>
/// <param name="Name">Under which name to keep it.</param>
/// <param name="Body">Points into the request, whose memory is used again for another one: who keeps it after the call has to copy it.</param>
internal sealed record PutRequest(string Name, ReadOnlyMemory<byte> Body) : ISmfPayload<PutRequest>
{
    // A FormatException fails this call with status 400. The connection and the other calls on it go on.
    public static PutRequest Read(ReadOnlyMemory<byte> payload) => FlatTable.Read(payload, 0) is { IsEmpty: false } name
        ? new PutRequest(Encoding.UTF8.GetString(name.Span), FlatTable.Read(payload, 1))
        : throw new FormatException("the name is missing");

    public void Write(IBufferWriter<byte> destination) => FlatTable.Write(destination, Encoding.UTF8.GetBytes(Name), Body);
}
