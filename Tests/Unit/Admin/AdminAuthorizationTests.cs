using System.Net;
using System.Net.Sockets;
using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Tests.Admin;

public sealed class AdminAuthorizationTests : IDisposable
{
    private const string Token = "0123456789abcdef-right";

    private readonly TestNetwork _network = new();

    public void Dispose() => _network.Dispose();

    [Test]
    [Arguments("127.0.0.1")]
    [Arguments("::1")]
    [Arguments("10.1.2.3")]
    public async Task Over_tcp_who_has_the_token_may_wherever_it_comes_from(string remote) =>
        await Assert.That(Asked(From(remote, $"Bearer {Token}"))).IsNull();

    [Test]
    [Arguments("bearer " + Token)]
    [Arguments("Bearer  " + Token + " ")]
    public async Task The_scheme_is_read_as_http_has_it(string authorization) => await Assert.That(Asked(From("127.0.0.1", authorization))).IsNull();

    [Test]
    [Arguments(null, "This request requires the gateway's token: ")]
    [Arguments(Token, "This request requires the gateway's token: ")]
    [Arguments("Basic " + Token, "This request requires the gateway's token: ")]
    [Arguments("Bearer", "This request requires the gateway's token: ")]
    [Arguments("Bearer ", "This is not the gateway's token: ")]
    [Arguments("Bearer 0123456789abcdef", "This is not the gateway's token: ")]
    [Arguments("Bearer 0123456789abcdef-wrong", "This is not the gateway's token: ")]
    [Arguments("Bearer " + Token + "x", "This is not the gateway's token: ")]
    [Arguments("Bearer " + Token + "\0", "This is not the gateway's token: ")]
    [Arguments("Bearer 0123456789ABCDEF-RIGHT", "This is not the gateway's token: ")]
    public async Task Without_it_or_with_another_nobody_may_from_this_machine_either(string? authorization, string text) =>
        await Assert.That(Asked(From("127.0.0.1", authorization)))
            .IsEqualTo(new AdminAuthorization.Problem(401, text + "send the header \"Authorization: Bearer TOKEN\" with the content of the file admin.tokenFile; frpc-gateway shutdown does this automatically."));

    [Test]
    public async Task Two_tokens_are_none()
    {
        HttpContext context = From("127.0.0.1", null);
        context.Request.Headers.Authorization = new([$"Bearer {Token}", $"Bearer {Token}"]);

        await Assert.That(Asked(context)!.Status).IsEqualTo(401);
    }

    [Test]
    [Arguments("127.0.0.1")]
    [Arguments("10.1.2.3")]
    public async Task Where_there_is_no_token_the_answer_says_what_to_write(string remote) =>
        await Assert.That(new AdminAuthorization(null, NullLogger.Instance).FindProblem(From(remote, $"Bearer {Token}")))
            .IsEqualTo(new AdminAuthorization.Problem(403, "Requests over TCP require a token, and this gateway has no token configured: "
            + "set \"tokenFile\": \"FILE\" and \"createToken\": true in \"admin\", or listen on \"unix:PATH\", which authorizes the gateway's own user and root. SIGTERM also stops the gateway."));

    [Test]
    public async Task A_page_in_a_browser_may_not_with_a_token_either()
    {
        HttpContext context = From("127.0.0.1", $"Bearer {Token}");
        context.Request.Headers.Origin = "http://127.0.0.1:9901";

        await Assert.That(Asked(context)).IsEqualTo(new AdminAuthorization.Problem(403, "Requests from web pages are not allowed: the request has an Origin header."));
    }

    [Test]
    public async Task Over_a_unix_socket_its_own_user_may()
    {
        using var pair = new UnixPair(_network.SocketPath("admin"));
        HttpContext context = Over(pair.Accepted);

        await Assert.That(new AdminAuthorization(null, NullLogger.Instance).FindProblem(context)).IsNull();
        await Assert.That(AdminAuthorization.Describe(context)).IsEqualTo($"POST /drain from user {PeerUser.EffectiveUser()} over a Unix socket");
    }

    [Test]
    public async Task A_tcp_socket_has_no_user()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var caller = new TcpClient();
        caller.Connect((IPEndPoint)listener.LocalEndpoint);
        using Socket accepted = listener.AcceptSocket();

        await Assert.That(PeerUser.Of(accepted.Handle)).IsNull();
        await Assert.That(new AdminAuthorization(null, NullLogger.Instance).FindProblem(Over(accepted))!.Status).IsEqualTo(403);
    }

    [Test]
    [Arguments(0u, true)]
    [Arguments(1u, false)]
    // What the kernel shows of a user of another user namespace, who may be anybody.
    [Arguments(65534u, false)]
    public async Task Only_its_own_user_and_root_count(uint user, bool may)
    {
        Skip.Unless(Environment.IsPrivilegedProcess, "its own user is another here");
        await Assert.That(PeerUser.IsOwnOrRoot(user)).IsEqualTo(may);
    }

    [Test]
    [Arguments("127.0.0.1", "POST /drain from 127.0.0.1")]
    [Arguments(null, "POST /drain from a Unix socket")]
    public async Task Whoever_asks_is_named(string? remote, string name) => await Assert.That(AdminAuthorization.Describe(From(remote, null))).IsEqualTo(name);

    private AdminAuthorization.Problem? Asked(HttpContext context)
    {
        string path = Path.Combine(_network.Folder, "token");
        if (!File.Exists(path))
            File.WriteAllText(path, Token + "\n");
        FileSystem.ChangeMode(path, UnixFileMode.UserRead);
        return new AdminAuthorization(AdminToken.Open(path, create: false), NullLogger.Instance).FindProblem(context);
    }

    private static DefaultHttpContext From(string? remote, string? authorization)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = context.Connection.LocalIpAddress = remote is null ? null : IPAddress.Parse(remote);
        context.Request.Method = "POST";
        context.Request.Path = "/drain";
        if (authorization is not null)
            context.Request.Headers.Authorization = authorization;
        return context;
    }

    private static DefaultHttpContext Over(Socket socket)
    {
        DefaultHttpContext context = From(null, null);
        context.Features.Set<IConnectionSocketFeature>(new SocketFeature(socket));
        return context;
    }

    private sealed record SocketFeature(Socket Socket) : IConnectionSocketFeature;

    private sealed class UnixPair : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly Socket _caller = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        public UnixPair(string path)
        {
            _listener.Bind(new UnixDomainSocketEndPoint(path));
            _listener.Listen();
            _caller.Connect(new UnixDomainSocketEndPoint(path));
            Accepted = _listener.Accept();
        }

        public Socket Accepted { get; }

        public void Dispose()
        {
            _caller.Dispose();
            Accepted.Dispose();
            _listener.Dispose();
        }
    }
}
