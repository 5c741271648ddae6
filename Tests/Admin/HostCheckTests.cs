using System.Net;
using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FrameRpc.Tests.Admin;

public sealed class HostCheckTests
{
    private static readonly AdminOptions Options = new()
    {
        Address = new TcpAddress("gateway.internal", 9901),
        AllowRemote = true,
        Hosts = ["metrics.example", "10.9.9.9", "[2001:db8::9]"],
    };

    [Theory]
    [InlineData("localhost")]
    [InlineData("LocalHost:9901")]
    [InlineData("127.0.0.1:9901")]
    [InlineData("127.8.9.10:1")]
    [InlineData("[::1]:9901")]
    // A forwarded port is another.
    [InlineData("localhost:12345")]
    // The address in the configuration, and its names.
    [InlineData("gateway.internal")]
    [InlineData("Gateway.Internal:9901")]
    [InlineData("metrics.example:9901")]
    [InlineData("10.9.9.9")]
    [InlineData("[2001:db8:0::9]:80")]
    // Where the connection came to, as the probes of a kubelet name a pod.
    [InlineData("10.1.2.3:9901")]
    [InlineData("10.1.2.3", "::ffff:10.1.2.3")]
    [InlineData("[2001:db8::1]:9901", "2001:db8::1")]
    [InlineData("[fe80::1]:9901", "fe80::1%3")]
    public void A_host_that_is_this_gateway_is_served(string host, string local = "10.1.2.3") => Assert.Null(Asked(host, local));

    [Theory]
    [InlineData("rebound.example")]
    [InlineData("rebound.example:9901")]
    [InlineData("localhost.rebound.example")]
    [InlineData("127.0.0.1.rebound.example")]
    [InlineData("xlocalhost")]
    [InlineData("10.1.2.4")]
    [InlineData("10.1.2.3.")]
    [InlineData("[::2]")]
    [InlineData("0.0.0.0:9901")]
    [InlineData("127.1")]
    [InlineData("0x7f000001")]
    [InlineData("2130706433")]
    [InlineData("*")]
    public void Another_is_not_and_the_answer_says_where_to_write_it(string host)
    {
        string name = new HostString(host).Host;

        Assert.Equal(
            $"The host \"{name}\" is not known to be this gateway: it is neither localhost nor an address that the request came to. Write it into \"hosts\" of \"admin\", if this is meant.",
            Asked(host, "10.1.2.3"));
    }

    [Fact]
    public void None_is_not_served_either() =>
        Assert.Equal("The request names no host. Name the address that it goes to, or a name of admin.hosts.", Asked("", "127.0.0.1"));

    [Fact]
    public void All_addresses_are_a_host_where_they_are_listened_on() =>
        Assert.Null(new HostCheck(Options with { Address = new TcpAddress("0.0.0.0", 9901) }, NullLogger.Instance).FindProblem(Context("0.0.0.0:9901", "127.0.0.1")));

    [Theory]
    [InlineData("rebound.example")]
    [InlineData("")]
    public void Over_a_unix_socket_any_host_will_do(string host) => Assert.Null(Asked(host, null));

    private static string? Asked(string host, string? local) => new HostCheck(Options, NullLogger.Instance).FindProblem(Context(host, local));

    private static DefaultHttpContext Context(string host, string? local)
    {
        var context = new DefaultHttpContext();
        context.Connection.LocalIpAddress = context.Connection.RemoteIpAddress = local is null ? null : IPAddress.Parse(local);
        context.Request.Host = new HostString(host);
        return context;
    }
}
