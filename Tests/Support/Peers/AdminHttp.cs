using System.Net.Http.Headers;
using System.Net.Sockets;

namespace FrameRpc.Tests.Peers;

/// <summary>The reply of an admin endpoint.</summary>
internal sealed record AdminAnswer(int Status, string Text, string ContentType, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The parts that most tests check.</summary>
    public (int Status, string Text) Short => (Status, Text);
}

/// <summary>A client for the admin endpoints, over real HTTP.</summary>
internal sealed class AdminHttp : IDisposable
{
    private readonly HttpClient _client;

    /// <param name="address">As in gateway.json: <c>127.0.0.1:9901</c> or <c>unix:/run/x.sock</c>.</param>
    /// <param name="token">Sent with each request, or null.</param>
    public AdminHttp(string address, string? token = null)
    {
        Address = address;
        bool isUnix = address.StartsWith("unix:", StringComparison.Ordinal);
        _client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var endPoint = Peer.EndPointOf(address);
                Socket socket = Peer.NewSocket(endPoint);
                await socket.ConnectAsync(endPoint, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        {
            BaseAddress = new Uri(isUnix ? "http://localhost/" : $"http://{address}/"),
            Timeout = Patience.Short,
        };
        if (token is not null)
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public string Address { get; }

    public AdminAnswer Get(string path) => Ask(HttpMethod.Get, path);

    public AdminAnswer Post(string path) => Ask(HttpMethod.Post, path);

    public AdminAnswer Ask(HttpMethod method, string path, Action<HttpRequestMessage>? with = null)
    {
        using var request = new HttpRequestMessage(method, path);
        with?.Invoke(request);
        using HttpResponseMessage response = _client.Send(request);
        using var text = new StreamReader(response.Content.ReadAsStream());
        return new AdminAnswer(
            (int)response.StatusCode,
            text.ReadToEnd(),
            response.Content.Headers.ContentType?.ToString() ?? "",
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value)));
    }

    public void Dispose() => _client.Dispose();
}
