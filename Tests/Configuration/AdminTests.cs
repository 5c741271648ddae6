using System.Net;
using System.Text;
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

    [Theory]
    [InlineData("gateway.json", "admin.token", "admin.token")]
    [InlineData("/etc/frpc/gateway.json", "admin.token", "/etc/frpc/admin.token")]
    [InlineData("conf/gateway.json", "../admin.token", "conf/../admin.token")]
    [InlineData("/etc/frpc/gateway.json", "/run/frpc/admin.token", "/run/frpc/admin.token")]
    public void The_token_is_looked_for_from_the_folder_of_the_configuration(string file, string written, string path)
    {
        byte[] text = Encoding.UTF8.GetBytes(WithAdmin($$"""{"address": "127.0.0.1:9901", "tokenFile": "{{written}}"}"""));

        AdminOptions admin = GatewayConfiguration.Read(text, file, Given.Environment(), Given.NoSchemas).Options!.Admin!;

        Assert.Equal((path, false), (admin.TokenFile, admin.CreateToken));
    }

    [Fact]
    public void A_token_is_made_where_its_file_is_named()
    {
        Assert.True(Given.Options(WithAdmin("""{"address": "127.0.0.1:9901", "tokenFile": "a", "createToken": true}""")).Admin!.CreateToken);
        Assert.Equal(
            ["gateway.json:9:55: admin.createToken: says to make the file of \"tokenFile\", which is missing; write its path beside it"],
            Given.Mistakes(WithAdmin("""{"address": "127.0.0.1:9901", "createToken": true}""")));
    }

    [Theory]
    [InlineData("\"gateway.internal\", \"10.0.0.7\", \"[::1]\", \"a_b\"", null)]
    [InlineData("\"\"", "[0]: \"\" is not the name or the address of a host")]
    [InlineData("\"*\"", "[0]: \"*\" is not the name or the address of a host")]
    [InlineData("\"::1\"", "[0]: \"::1\" is not the name or the address of a host")]
    [InlineData("\"[x]\"", "[0]: \"[x]\" is not the name or the address of a host")]
    [InlineData("\"gateway:9901\"", "[0]: \"gateway:9901\" is not the name or the address of a host")]
    [InlineData("7", "[0]: is a number")]
    public void A_host_is_a_name_or_an_address_without_a_port(string hosts, string? problem) => Assert.Equal(
        problem is null ? [] : [$"gateway.json:9:50: admin.hosts{problem}; write a host without a port, such as \"gateway.internal\", \"10.0.0.7\" or \"[::1]\""],
        Given.Mistakes(WithAdmin($$"""{"address": "127.0.0.1:9901", "hosts": [{{hosts}}]}""")));

    [Fact]
    public void Hosts_are_a_list_to_which_variables_add()
    {
        Assert.Equal(
            ["gateway.json:9:49: admin.hosts: is a string; write a list"],
            Given.Mistakes(WithAdmin("""{"address": "127.0.0.1:9901", "hosts": "a"}""")));
        Assert.Equal(
            ["a", "b"],
            Given.Options(WithAdmin("""{"address": "127.0.0.1:9901", "hosts": ["a"]}"""), ("ADMIN__HOSTS__1", "b")).Admin!.Hosts);
        Assert.Equal(["a"], Given.Options(WithAdmin("""{"address": "127.0.0.1:9901"}"""), ("ADMIN__HOSTS__0", "a")).Admin!.Hosts);
    }

    private static string WithAdmin(string admin) => Given.With(rest: $"\"admin\": {admin}");
}
