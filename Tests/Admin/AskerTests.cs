using System.Net;
using FrameRpc.Gateway.Admin;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace FrameRpc.Tests.Admin;

public sealed class AskerTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("127.1.2.3", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::ffff:127.0.0.1", "::ffff:127.0.0.1")]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData(null, null)]
    public void This_machine_may_ask_over_loopback_its_own_addresses_and_unix_sockets(string? remote, string? local) =>
        Assert.Null(Asker.FindProblem(From(remote, local)));

    [Theory]
    [InlineData("10.1.2.4", "10.1.2.3")]
    [InlineData("::ffff:10.1.2.4", "::ffff:10.1.2.3")]
    [InlineData("2001:db8::1", "2001:db8::2")]
    [InlineData("10.1.2.4", null)]
    public void Another_machine_may_not(string remote, string? local) =>
        Assert.Equal($"Only this machine may ask for this, and {remote} is another.", Asker.FindProblem(From(remote, local)));

    [Fact]
    public void A_page_in_a_browser_may_not()
    {
        HttpContext context = From("127.0.0.1", "127.0.0.1");
        context.Request.Headers.Origin = "http://127.0.0.1:9901";

        Assert.Equal("A page in a browser may not ask for this: there is an Origin header.", Asker.FindProblem(context));
    }

    [Theory]
    [InlineData("127.0.0.1", "POST /drain from 127.0.0.1")]
    [InlineData(null, "POST /drain from a Unix socket")]
    public void Whoever_asks_is_named(string? remote, string name) => Assert.Equal(name, Asker.Describe(From(remote, remote)));

    private static DefaultHttpContext From(string? remote, string? local)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = remote is null ? null : IPAddress.Parse(remote);
        context.Connection.LocalIpAddress = local is null ? null : IPAddress.Parse(local);
        context.Request.Method = "POST";
        context.Request.Path = "/drain";
        return context;
    }
}
