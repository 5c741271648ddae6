using System.Net;
using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace FrameRpc.Tests.Admin;

public sealed class HostCheckTests
{
    private static readonly AdminOptions Options = new()
    {
        Address = new TcpAddress("gateway.internal", 9901),
        AllowRemote = true,
        Hosts = ["metrics.example", "10.9.9.9", "[2001:db8::9]"],
    };

    [Test]
    [Arguments("localhost")]
    [Arguments("LocalHost:9901")]
    [Arguments("127.0.0.1:9901")]
    [Arguments("127.8.9.10:1")]
    [Arguments("[::1]:9901")]
    // A forwarded port is another.
    [Arguments("localhost:12345")]
    // The address in the configuration, and its names.
    [Arguments("gateway.internal")]
    [Arguments("Gateway.Internal:9901")]
    [Arguments("metrics.example:9901")]
    [Arguments("10.9.9.9")]
    [Arguments("[2001:db8:0::9]:80")]
    // Where the connection came to, as the probes of a kubelet name a pod.
    [Arguments("10.1.2.3:9901")]
    [Arguments("10.1.2.3", "::ffff:10.1.2.3")]
    [Arguments("[2001:db8::1]:9901", "2001:db8::1")]
    [Arguments("[fe80::1]:9901", "fe80::1%3")]
    public async Task A_host_that_is_this_gateway_is_served(string host, string local = "10.1.2.3") => await Assert.That(Asked(host, local)).IsNull();

    [Test]
    [Arguments("rebound.example")]
    [Arguments("rebound.example:9901")]
    [Arguments("localhost.rebound.example")]
    [Arguments("127.0.0.1.rebound.example")]
    [Arguments("xlocalhost")]
    [Arguments("10.1.2.4")]
    [Arguments("10.1.2.3.")]
    [Arguments("[::2]")]
    [Arguments("0.0.0.0:9901")]
    [Arguments("127.1")]
    [Arguments("0x7f000001")]
    [Arguments("2130706433")]
    [Arguments("*")]
    public async Task Another_is_not_and_the_answer_says_where_to_write_it(string host)
    {
        string name = new HostString(host).Host;

        await Assert.That(Asked(host, "10.1.2.3"))
            .IsEqualTo($"The host \"{name}\" is not this gateway: it is neither localhost nor the address that the request was sent to. To allow it, add it to \"hosts\" in \"admin\".");
    }

    [Test]
    public async Task None_is_not_served_either() =>
        await Assert.That(Asked("", "127.0.0.1")).IsEqualTo("The request names no host. Use the gateway's address or a name in admin.hosts.");

    [Test]
    public async Task All_addresses_are_a_host_where_they_are_listened_on() =>
        await Assert.That(new HostCheck(Options with { Address = new TcpAddress("0.0.0.0", 9901) }, NullLogger.Instance).FindProblem(Context("0.0.0.0:9901", "127.0.0.1")))
            .IsNull();

    [Test]
    [Arguments("rebound.example")]
    [Arguments("")]
    public async Task Over_a_unix_socket_any_host_will_do(string host) => await Assert.That(Asked(host, null)).IsNull();

    private static string? Asked(string host, string? local) => new HostCheck(Options, NullLogger.Instance).FindProblem(Context(host, local));

    private static DefaultHttpContext Context(string host, string? local)
    {
        var context = new DefaultHttpContext();
        context.Connection.LocalIpAddress = context.Connection.RemoteIpAddress = local is null ? null : IPAddress.Parse(local);
        context.Request.Host = new HostString(host);
        return context;
    }
}
