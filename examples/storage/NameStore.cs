using System.Collections.Concurrent;
using System.Text;
using FrameRpc.Protocol.Errors;

namespace Storage;

/// <summary>Keeps small values by name. Calls run side by side, also those of one connection.</summary>
internal sealed class NameStore : IStorage
{
    private readonly ConcurrentDictionary<string, string> _values = [];

    public Task<Response> GetAsync(Request request, CancellationToken cancel) => _values.TryGetValue(request.Name, out string? value)
        ? Task.FromResult(new Response(value))
        // The caller gets the status. The text stays here: smf has no place for it, while the frame format would pass it on.
        : throw new RpcException(SmfStatus.NotFound, Blame.Caller, $"nothing is stored as \"{request.Name}\"");

    public Task<Response> PutAsync(PutRequest request, CancellationToken cancel)
    {
        _values[request.Name] = Encoding.UTF8.GetString(request.Body.Span);
        return Task.FromResult(new Response(request.Name));
    }
}
