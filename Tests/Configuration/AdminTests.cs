using System.Net;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;
using Xunit;

namespace FrameRpc.Tests.Configuration;

public sealed class AdminTests
{
    private const string WhatToDo = "can be reached from other machines, which would see routes, servers and load; "
        + "write an address of this machine alone, such as \"127.0.0.1:9901\" or \"unix:/run/frpc/admin.sock\", or \"allowRemote\": true beside it";

    [Theory]
    [InlineData("0.0.0.0:9901")]
    [InlineData("[::]:9901")]
    [InlineData("10.1.2.3:9901")]
    [InlineData("[2001:db8::1]:9901")]
    [InlineData("[::ffff:10.1.2.3]:9901")]
    public void An_address_that_other_machines_can_reach_is_a_mistake_unless_that_is_allowed(string address)
    {
        Assert.Equal([$"gateway.json:9:22: admin.address: {address} {WhatToDo}"], Given.Mistakes(WithAdmin($$"""{"address": "{{address}}"}""")));
        Assert.Equal(
            [$"gateway.json:9:44: admin.address: {address} {WhatToDo}"],
            Given.Mistakes(WithAdmin($$"""{"allowRemote": false, "address": "{{address}}"}""")));
        Assert.True(Given.Options(WithAdmin($$"""{"address": "{{address}}", "allowRemote": true}""")).Admin!.AllowRemote);
    }

    [Theory]
    [InlineData("127.0.0.1:9901")]
    [InlineData("127.8.9.10:9901")]
    [InlineData("[::1]:9901")]
    [InlineData("[::ffff:127.0.0.1]:9901")]
    [InlineData("localhost:9901")]
    [InlineData("unix:/run/frpc/admin.sock")]
    public void An_address_of_this_machine_alone_needs_no_leave(string address)
    {
        AdminOptions admin = Given.Options(WithAdmin($$"""{"address": "{{address}}"}""")).Admin!;

        Assert.Equal((address, false), (admin.Address.ToString(), admin.AllowRemote));
    }

    [Fact]
    public void A_name_counts_by_what_it_stands_for()
    {
        string name = Dns.GetHostName();
        bool isRemote = Dns.GetHostAddresses(name).Any(ip => !IPAddress.IsLoopback(ip));

        Assert.Equal(isRemote, AddressReach.IsBeyondThisMachine(new TcpAddress(name, 1)));
    }

    [Fact]
    public void A_name_that_cannot_be_looked_up_is_left_to_those_who_listen() =>
        Assert.Empty(Given.Mistakes(WithAdmin("""{"address": "nobody.invalid:9901"}""")));

    [Fact]
    public void Variables_can_move_it_and_allow_it()
    {
        string file = WithAdmin("""{"address": "127.0.0.1:9901"}""");

        Assert.Equal([$"FRPC__ADMIN__ADDRESS: 0.0.0.0:1 {WhatToDo}"], Given.Mistakes(file, ("ADMIN__ADDRESS", "0.0.0.0:1")));
        Assert.True(Given.Options(file, ("ADMIN__ADDRESS", "0.0.0.0:1"), ("ADMIN__ALLOWREMOTE", "true")).Admin!.AllowRemote);
        Assert.False(Given.Options(file, ("ADMIN__ALLOWREMOTE", "False")).Admin!.AllowRemote);
    }

    [Theory]
    [InlineData("\"true\"", "is a string")]
    [InlineData("1", "is a number")]
    [InlineData("null", "is null")]
    public void Leave_is_true_or_false_and_a_wrong_one_is_the_only_mistake(string value, string problem) => Assert.Equal(
        [$"gateway.json:9:53: admin.allowRemote: {problem}; write true or false"],
        Given.Mistakes(WithAdmin($$"""{"address": "0.0.0.0:9901", "allowRemote": {{value}}}""")));

    [Fact]
    public void A_variable_that_is_neither_true_nor_false_is_told() => Assert.Equal(
        ["FRPC__ADMIN__ALLOWREMOTE: unknown value \"yes\"; write true or false"],
        Given.Mistakes(WithAdmin("""{"address": "127.0.0.1:9901"}"""), ("ADMIN__ALLOWREMOTE", "yes")));

    private static string WithAdmin(string admin) => Given.With(rest: $"\"admin\": {admin}");
}
