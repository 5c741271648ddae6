using System.Text;
using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.EndToEnd;
using FrameRpc.Tests.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

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

    [Fact]
    public void The_root_lists_what_there_is()
    {
        AdminAnswer answer = _admin.Get("/");

        Assert.Equal((200, List, "text/plain; charset=utf-8"), (answer.Status, answer.Text, answer.ContentType));
    }

    [Fact]
    public void An_endpoint_answers_at_its_path_by_its_method()
    {
        Assert.Equal((200, "look\n"), _admin.Get("/look?x=y").Short);
        Assert.Equal((200, "touch\n"), _admin.Post("/touch").Short);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/look/")]
    [InlineData("/LOOK")]
    [InlineData("/look/below")]
    public void What_is_not_there_is_404_with_what_there_is(string path) =>
        Assert.Equal((404, $"Nothing is here. There is:\n{List}"), _admin.Get(path).Short);

    [Theory]
    [InlineData("POST", "/look", "GET, HEAD")]
    [InlineData("DELETE", "/look", "GET, HEAD")]
    [InlineData("OPTIONS", "/", "GET, HEAD")]
    [InlineData("GET", "/touch", "POST")]
    [InlineData("PUT", "/touch", "POST")]
    public void Another_method_is_405_with_the_right_one(string method, string path, string right)
    {
        AdminAnswer answer = _admin.Ask(new HttpMethod(method), path);

        Assert.Equal((405, $"{path} takes {right}.\n", right), (answer.Status, answer.Text, answer.Headers["Allow"]));
    }

    [Fact]
    public void Head_is_answered_like_get_without_the_body()
    {
        AdminAnswer head = _admin.Ask(HttpMethod.Head, "/look");

        Assert.Equal((200, "", "5"), (head.Status, head.Text, head.Headers["Content-Length"]));
        Assert.Equal(405, _admin.Ask(HttpMethod.Head, "/touch").Status);
    }

    [Fact]
    public void Nothing_is_kept_by_caches_and_no_server_is_named()
    {
        IReadOnlyDictionary<string, string> headers = _admin.Get("/look").Headers;

        Assert.Equal("no-store", headers["Cache-Control"]);
        Assert.DoesNotContain("Server", headers);
    }

    [Fact]
    public void A_body_is_413_and_its_connection_goes_on()
    {
        using var peer = Peer.Connect(_server.Address.ToString());
        peer.Send("POST /touch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nabcde"u8);
        peer.Send("POST /touch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8);

        string text = Encoding.UTF8.GetString(peer.ReadToEnd().Bytes);

        Assert.StartsWith("HTTP/1.1 413 ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chunked_body_is_413() =>
        Assert.Equal(413, _admin.Ask(HttpMethod.Post, "/touch", request => request.Content = new StreamContent(new MemoryStream([1, 2, 3]))).Status);

    [Theory]
    [InlineData("GET /look HTTP/1.1\r\nHost: rebound.example\r\n")]
    [InlineData("GET /nothing HTTP/1.1\r\nHost: rebound.example\r\n")]
    [InlineData("POST /touch HTTP/1.1\r\nHost: rebound.example\r\n")]
    [InlineData("GET http://rebound.example/look HTTP/1.1\r\nHost: rebound.example\r\n")]
    [InlineData("GET /look HTTP/1.1\r\nHost:\r\n")]
    [InlineData("GET /look HTTP/1.0\r\n")]
    public void What_was_meant_for_another_host_is_421_whatever_it_asks(string request)
    {
        using var peer = Peer.Connect(_server.Address.ToString());
        peer.Send(Encoding.ASCII.GetBytes($"{request}Content-Length: 0\r\nConnection: close\r\n\r\n"));

        string text = Encoding.UTF8.GetString(peer.ReadToEnd().Bytes);

        Assert.StartsWith("HTTP/1.1 421 ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("look\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /look HTTP/1.1\r\nHost: localhost:1\r\nHost: localhost\r\n")]
    [InlineData("GET http://rebound.example/look HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /look HTTP/1.1\r\n")]
    public void What_contradicts_itself_about_its_host_is_400(string request)
    {
        using var peer = Peer.Connect(_server.Address.ToString());
        peer.Send(Encoding.ASCII.GetBytes($"{request}Connection: close\r\n\r\n"));

        Assert.StartsWith("HTTP/1.1 400 ", Encoding.UTF8.GetString(peer.ReadToEnd().Bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9 * 1024, 431)]
    [InlineData(100, 200)]
    public void Headers_are_bounded(int length, int status) =>
        Assert.Equal(status, _admin.Ask(HttpMethod.Get, "/look", request => request.Headers.Add("x-long", new string('x', length))).Status);

    [Theory]
    [InlineData(3 * 1024, 414)]
    [InlineData(100, 200)]
    public void The_request_line_is_bounded(int length, int status) => Assert.Equal(status, _admin.Get($"/look?{new string('x', length)}").Status);

    [Fact]
    public void A_server_that_is_disposed_of_listens_no_more()
    {
        string address;
        using (AdminServer server = Start("127.0.0.1:0"))
        {
            address = server.Address.ToString();
            Assert.True(Peer.CanConnect(address));
        }

        // A process that another test starts has a copy of the listening socket until it runs its program.
        Patience.Until(() => !Peer.CanConnect(address), "nobody listens any more");
    }

    [Fact]
    public void A_unix_socket_serves_and_its_file_goes_with_it()
    {
        using var network = new TestNetwork();
        string path = network.SocketPath("admin");
        using (Start($"unix:{path}"))
        {
            using var admin = new AdminHttp($"unix:{path}");
            Assert.Equal(200, admin.Get("/look").Status);
            Assert.True(File.Exists(path));
        }

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void What_has_come_to_the_path_of_its_socket_stays_when_it_ends()
    {
        using var network = new TestNetwork();
        string path = network.SocketPath("admin");
        using (Start($"unix:{path}"))
        {
            File.Delete(path);
            File.WriteAllText(path, "another's");
        }

        Assert.Equal("another's", File.ReadAllText(path));
    }

    [Fact]
    public void An_address_that_is_taken_is_an_error_that_says_so()
    {
        IOException taken = Assert.Throws<IOException>(() => Start(_server.Address.ToString()));

        Assert.Equal($"address in use: something else listens on {_server.Address}", taken.Message);
    }

    [Fact]
    public async Task An_answer_that_is_being_made_when_the_server_is_disposed_of_is_still_sent()
    {
        var slow = new SlowEndpoint();
        AdminServer server = Start("127.0.0.1:0", slow.Endpoint);
        using var idle = Peer.Connect(server.Address.ToString());
        using Peer peer = await slow.AskAsync(server);

        var disposed = Task.Run(server.Dispose, TestContext.Current.CancellationToken);
        Assert.Equal(([], StreamEnd.InOrder), idle.ReadToEnd());
        slow.Finish();

        Assert.EndsWith("whole\n", Encoding.UTF8.GetString(peer.ReadToEnd().Bytes), StringComparison.Ordinal);
        await disposed;
        Assert.False(Peer.CanConnect(server.Address.ToString()));
    }

    [Fact]
    public async Task An_answer_that_does_not_come_holds_the_end_up_for_a_second()
    {
        var slow = new SlowEndpoint();
        AdminServer server = Start("127.0.0.1:0", slow.Endpoint);
        using Peer peer = await slow.AskAsync(server);

        var disposed = Task.Run(server.Dispose, TestContext.Current.CancellationToken);
        await _time.WaitForTimersAsync(1, TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(disposed.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Empty(peer.ReadToEnd().Bytes);
        slow.Finish();
        await disposed;
    }

    private AdminServer Start(string address, params AdminEndpoint[] endpoints)
    {
        Assert.True(Address.TryParse(address, out Address? parsed, out _));
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
            await _begun.Task.WaitAsync(TestContext.Current.CancellationToken);
            return peer;
        }

        public void Finish() => _finish.SetResult();
    }
}
