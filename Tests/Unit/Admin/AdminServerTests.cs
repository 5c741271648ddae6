using System.Text;
using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.Peers;
using FrameRpc.Tests.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Tests.Admin;

/// <summary>The HTTP around the endpoints, which here are two that only say their names.</summary>
public sealed class AdminServerTests : IDisposable
{
    private const string List = """
        GET  /       this list
        GET  /look   looks
        POST /touch  touches

        """;

    private readonly ManualTimeProvider _time = new();
    private readonly AdminServer _server;
    private readonly AdminHttp _admin;

    public AdminServerTests()
    {
        _server = Start("127.0.0.1:0");
        _admin = new AdminHttp(_server.Address.ToString());
    }

    public void Dispose()
    {
        _admin.Dispose();
        _server.Dispose();
    }

    [Test]
    public async Task The_root_lists_what_there_is()
    {
        AdminAnswer answer = _admin.Get("/");

        await Assert.That((answer.Status, answer.Text, answer.ContentType)).IsEqualTo((200, List, "text/plain; charset=utf-8"));
    }

    [Test]
    public async Task An_endpoint_answers_at_its_path_by_its_method()
    {
        await Assert.That(_admin.Get("/look?x=y").Short).IsEqualTo((200, "look\n"));
        await Assert.That(_admin.Post("/touch").Short).IsEqualTo((200, "touch\n"));
    }

    [Test]
    [Arguments("/nothing")]
    [Arguments("/look/")]
    [Arguments("/LOOK")]
    [Arguments("/look/below")]
    public async Task What_is_not_there_is_404_with_what_there_is(string path) =>
        await Assert.That(_admin.Get(path).Short).IsEqualTo((404, $"Not found. Available paths:\n{List}"));

    [Test]
    [Arguments("POST", "/look", "GET, HEAD")]
    [Arguments("DELETE", "/look", "GET, HEAD")]
    [Arguments("OPTIONS", "/", "GET, HEAD")]
    [Arguments("GET", "/touch", "POST")]
    [Arguments("PUT", "/touch", "POST")]
    public async Task Another_method_is_405_with_the_right_one(string method, string path, string right)
    {
        AdminAnswer answer = _admin.Ask(new HttpMethod(method), path);

        await Assert.That((answer.Status, answer.Text, answer.Headers["Allow"])).IsEqualTo((405, $"{path} accepts {right}.\n", right));
    }

    [Test]
    public async Task Head_is_answered_like_get_without_the_body()
    {
        AdminAnswer head = _admin.Ask(HttpMethod.Head, "/look");

        await Assert.That((head.Status, head.Text, head.Headers["Content-Length"])).IsEqualTo((200, "", "5"));
        await Assert.That(_admin.Ask(HttpMethod.Head, "/touch").Status).IsEqualTo(405);
    }

    [Test]
    public async Task Nothing_is_kept_by_caches_and_no_server_is_named()
    {
        IReadOnlyDictionary<string, string> headers = _admin.Get("/look").Headers;

        await Assert.That(headers["Cache-Control"]).IsEqualTo("no-store");
        await Assert.That(headers).DoesNotContainKey("Server");
    }

    [Test]
    public async Task A_body_is_413_and_its_connection_goes_on()
    {
        using var peer = Peer.Connect(_server.Address.ToString());
        peer.Send("POST /touch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nabcde"u8);
        peer.Send("POST /touch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8);

        string text = Encoding.UTF8.GetString(peer.ReadToEnd().Bytes);

        await Assert.That(text).StartsWith("HTTP/1.1 413 ", StringComparison.Ordinal);
    }

    [Test]
    public async Task A_chunked_body_is_413() =>
        await Assert.That(_admin.Ask(HttpMethod.Post, "/touch", request => request.Content = new StreamContent(new MemoryStream([1, 2, 3]))).Status)
            .IsEqualTo(413);

    [Test]
    [Arguments("GET /look HTTP/1.1\r\nHost: rebound.example\r\n")]
    [Arguments("GET /nothing HTTP/1.1\r\nHost: rebound.example\r\n")]
    [Arguments("POST /touch HTTP/1.1\r\nHost: rebound.example\r\n")]
    [Arguments("GET http://rebound.example/look HTTP/1.1\r\nHost: rebound.example\r\n")]
    [Arguments("GET /look HTTP/1.1\r\nHost:\r\n")]
    [Arguments("GET /look HTTP/1.0\r\n")]
    public async Task What_was_meant_for_another_host_is_421_whatever_it_asks(string request)
    {
        using var peer = Peer.Connect(_server.Address.ToString());
        peer.Send(Encoding.ASCII.GetBytes($"{request}Content-Length: 0\r\nConnection: close\r\n\r\n"));

        string text = Encoding.UTF8.GetString(peer.ReadToEnd().Bytes);

        await Assert.That(text).StartsWith("HTTP/1.1 421 ", StringComparison.Ordinal);
        await Assert.That(text).DoesNotContain("look\n", StringComparison.Ordinal);
    }

    [Test]
    [Arguments("GET /look HTTP/1.1\r\nHost: localhost:1\r\nHost: localhost\r\n")]
    [Arguments("GET http://rebound.example/look HTTP/1.1\r\nHost: localhost\r\n")]
    [Arguments("GET /look HTTP/1.1\r\n")]
    public async Task What_contradicts_itself_about_its_host_is_400(string request)
    {
        using var peer = Peer.Connect(_server.Address.ToString());
        peer.Send(Encoding.ASCII.GetBytes($"{request}Connection: close\r\n\r\n"));

        await Assert.That(Encoding.UTF8.GetString(peer.ReadToEnd().Bytes)).StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal);
    }

    [Test]
    [Arguments(9 * 1024, 431)]
    [Arguments(100, 200)]
    public async Task Headers_are_bounded(int length, int status) =>
        await Assert.That(_admin.Ask(HttpMethod.Get, "/look", request => request.Headers.Add("x-long", new string('x', length))).Status).IsEqualTo(status);

    [Test]
    [Arguments(3 * 1024, 414)]
    [Arguments(100, 200)]
    public async Task The_request_line_is_bounded(int length, int status) =>
        await Assert.That(_admin.Get($"/look?{new string('x', length)}").Status).IsEqualTo(status);

    [Test]
    public async Task A_server_that_is_disposed_of_listens_no_more()
    {
        string address;
        using (AdminServer server = Start("127.0.0.1:0"))
        {
            address = server.Address.ToString();
            await Assert.That(Peer.CanConnect(address)).IsTrue();
        }

        // A process that another test starts has a copy of the listening socket until it runs its program.
        Patience.Until(() => !Peer.CanConnect(address), "nobody listens any more");
    }

    [Test]
    public async Task A_unix_socket_serves_and_its_file_goes_with_it()
    {
        using var network = new TestNetwork();
        string path = network.SocketPath("admin");
        using (Start($"unix:{path}"))
        {
            using var admin = new AdminHttp($"unix:{path}");
            await Assert.That(admin.Get("/look").Status).IsEqualTo(200);
            await Assert.That(File.Exists(path)).IsTrue();
        }

        await Assert.That(File.Exists(path)).IsFalse();
    }

    [Test]
    public async Task What_has_come_to_the_path_of_its_socket_stays_when_it_ends()
    {
        using var network = new TestNetwork();
        string path = network.SocketPath("admin");
        using (Start($"unix:{path}"))
        {
            File.Delete(path);
            File.WriteAllText(path, "another's");
        }

        await Assert.That(File.ReadAllText(path)).IsEqualTo("another's");
    }

    [Test]
    public async Task An_address_that_is_taken_is_an_error_that_says_so()
    {
        IOException taken = Assert.ThrowsExactly<IOException>(() => Start(_server.Address.ToString()));

        await Assert.That(taken.Message).IsEqualTo($"address in use: something else listens on {_server.Address}");
    }

    [Test]
    public async Task An_answer_that_is_being_made_when_the_server_is_disposed_of_is_still_sent()
    {
        var slow = new SlowEndpoint();
        AdminServer server = Start("127.0.0.1:0", slow.Endpoint);
        using var idle = Peer.Connect(server.Address.ToString());
        using Peer peer = await slow.AskAsync(server);

        var disposed = Task.Run(server.Dispose, TestContext.Current!.Execution.CancellationToken);
        await Assert.That(idle.ReadToEnd()).IsEqualTo(([], StreamEnd.InOrder));
        slow.Finish();

        await Assert.That(Encoding.UTF8.GetString(peer.ReadToEnd().Bytes)).EndsWith("whole\n", StringComparison.Ordinal);
        await disposed;
        await Assert.That(Peer.CanConnect(server.Address.ToString())).IsFalse();
    }

    [Test]
    public async Task An_answer_that_does_not_come_holds_the_end_up_for_a_second()
    {
        var slow = new SlowEndpoint();
        AdminServer server = Start("127.0.0.1:0", slow.Endpoint);
        using Peer peer = await slow.AskAsync(server);

        var disposed = Task.Run(server.Dispose, TestContext.Current!.Execution.CancellationToken);
        await _time.WaitForTimersAsync(1, TestContext.Current!.Execution.CancellationToken);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        await Assert.That(disposed.IsCompleted).IsFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));

        await Assert.That(peer.ReadToEnd().Bytes).IsEmpty();
        slow.Finish();
        await disposed;
    }

    private AdminServer Start(string address, params AdminEndpoint[] endpoints)
    {
        Must.Hold(Address.TryParse(address, out Address? parsed, out _));
        return AdminServer.Start(
            new AdminOptions { Address = parsed, AllowRemote = false },
            endpoints.Length > 0 ? endpoints :
            [
                new AdminEndpoint("GET", "/look", "looks", context => Reply.Text(context, 200, "look")),
                new AdminEndpoint("POST", "/touch", "touches", context => Reply.Text(context, 200, "touch")),
            ],
            _time,
            NullLoggerFactory.Instance);
    }

    /// <summary>Answers when the test lets it.</summary>
    private sealed class SlowEndpoint
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public AdminEndpoint Endpoint => new("GET", "/slow", "slow", async context =>
        {
            _begun.SetResult();
            await _finish.Task;
            await Reply.Text(context, 200, "whole");
        });

        public async Task<Peer> AskAsync(AdminServer server)
        {
            var peer = Peer.Connect(server.Address.ToString());
            peer.Send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
            await _begun.Task.WaitAsync(TestContext.Current!.Execution.CancellationToken);
            return peer;
        }

        public void Finish() => _finish.SetResult();
    }
}
