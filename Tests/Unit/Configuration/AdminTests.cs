using System.Net;
using System.Text;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Configuration;

public sealed class AdminTests
{
    private const string WhatToDo = "is reachable from other machines, which could read routes, servers and load; "
        + "write a local address, such as \"127.0.0.1:9901\" or \"unix:/run/frpc/admin.sock\", or set \"allowRemote\": true";

    [Test]
    [Arguments("0.0.0.0:9901")]
    [Arguments("[::]:9901")]
    [Arguments("10.1.2.3:9901")]
    [Arguments("[2001:db8::1]:9901")]
    [Arguments("[::ffff:10.1.2.3]:9901")]
    public async Task An_address_that_other_machines_can_reach_is_a_mistake_unless_that_is_allowed(string address)
    {
        await Assert.That(Given.Mistakes(WithAdmin($$"""{"address": "{{address}}"}""")))
            .IsSequence([$"gateway.json:9:22: admin.address: {address} {WhatToDo}"]);
        await Assert.That(Given.Mistakes(WithAdmin($$"""{"allowRemote": false, "address": "{{address}}"}""")))
            .IsSequence([$"gateway.json:9:44: admin.address: {address} {WhatToDo}"]);
        await Assert.That(Given.Options(WithAdmin($$"""{"address": "{{address}}", "allowRemote": true}""")).Admin!.AllowRemote).IsTrue();
    }

    [Test]
    [Arguments("127.0.0.1:9901")]
    [Arguments("127.8.9.10:9901")]
    [Arguments("[::1]:9901")]
    [Arguments("[::ffff:127.0.0.1]:9901")]
    [Arguments("localhost:9901")]
    [Arguments("unix:/run/frpc/admin.sock")]
    public async Task An_address_of_this_machine_alone_needs_no_leave(string address)
    {
        AdminOptions admin = Given.Options(WithAdmin($$"""{"address": "{{address}}"}""")).Admin!;

        await Assert.That((admin.Address.ToString(), admin.AllowRemote)).IsEqualTo((address, false));
    }

    [Test]
    public async Task A_name_counts_by_what_it_stands_for()
    {
        string name = Dns.GetHostName();
        bool isRemote = Dns.GetHostAddresses(name).Any(ip => !IPAddress.IsLoopback(ip));

        await Assert.That(AddressReach.IsBeyondThisMachine(new TcpAddress(name, 1))).IsEqualTo(isRemote);
    }

    [Test]
    public async Task A_name_that_cannot_be_looked_up_is_left_to_those_who_listen() =>
        await Assert.That(Given.Mistakes(WithAdmin("""{"address": "nobody.invalid:9901"}"""))).IsEmpty();

    [Test]
    public async Task Variables_can_move_it_and_allow_it()
    {
        string file = WithAdmin("""{"address": "127.0.0.1:9901"}""");

        await Assert.That(Given.Mistakes(file, ("ADMIN__ADDRESS", "0.0.0.0:1"))).IsSequence([$"FRPC__ADMIN__ADDRESS: 0.0.0.0:1 {WhatToDo}"]);
        await Assert.That(Given.Options(file, ("ADMIN__ADDRESS", "0.0.0.0:1"), ("ADMIN__ALLOWREMOTE", "true")).Admin!.AllowRemote).IsTrue();
        await Assert.That(Given.Options(file, ("ADMIN__ALLOWREMOTE", "False")).Admin!.AllowRemote).IsFalse();
    }

    [Test]
    [Arguments("\"true\"", "is a string")]
    [Arguments("1", "is a number")]
    [Arguments("null", "is null")]
    public async Task Leave_is_true_or_false_and_a_wrong_one_is_the_only_mistake(string value, string problem) =>
        await Assert.That(Given.Mistakes(WithAdmin($$"""{"address": "0.0.0.0:9901", "allowRemote": {{value}}}""")))
            .IsSequence([$"gateway.json:9:53: admin.allowRemote: {problem}; write true or false"]);

    [Test]
    public async Task A_variable_that_is_neither_true_nor_false_is_told() =>
        await Assert.That(Given.Mistakes(WithAdmin("""{"address": "127.0.0.1:9901"}"""), ("ADMIN__ALLOWREMOTE", "yes")))
            .IsSequence(["FRPC__ADMIN__ALLOWREMOTE: unknown value \"yes\"; write true or false"]);

    [Test]
    [Arguments("gateway.json", "admin.token", "admin.token")]
    [Arguments("/etc/frpc/gateway.json", "admin.token", "/etc/frpc/admin.token")]
    [Arguments("conf/gateway.json", "../admin.token", "conf/../admin.token")]
    [Arguments("/etc/frpc/gateway.json", "/run/frpc/admin.token", "/run/frpc/admin.token")]
    public async Task The_token_is_looked_for_from_the_folder_of_the_configuration(string file, string written, string path)
    {
        byte[] text = Encoding.UTF8.GetBytes(WithAdmin($$"""{"address": "127.0.0.1:9901", "tokenFile": "{{written}}"}"""));

        AdminOptions admin = GatewayConfiguration.Read(text, file, Given.Environment(), Given.NoSchemas).Options!.Admin!;

        await Assert.That((admin.TokenFile, admin.CreateToken)).IsEqualTo((path, false));
    }

    [Test]
    public async Task A_token_is_made_where_its_file_is_named()
    {
        await Assert.That(Given.Options(WithAdmin("""{"address": "127.0.0.1:9901", "tokenFile": "a", "createToken": true}""")).Admin!.CreateToken).IsTrue();
        await Assert.That(Given.Mistakes(WithAdmin("""{"address": "127.0.0.1:9901", "createToken": true}""")))
            .IsSequence(["gateway.json:9:55: admin.createToken: requires \"tokenFile\"; write the path of the file to create"]);
    }

    [Test]
    [Arguments("\"gateway.internal\", \"10.0.0.7\", \"[::1]\", \"a_b\"", null)]
    [Arguments("\"\"", "[0]: \"\" is not the name or the address of a host")]
    [Arguments("\"*\"", "[0]: \"*\" is not the name or the address of a host")]
    [Arguments("\"::1\"", "[0]: \"::1\" is not the name or the address of a host")]
    [Arguments("\"[x]\"", "[0]: \"[x]\" is not the name or the address of a host")]
    [Arguments("\"gateway:9901\"", "[0]: \"gateway:9901\" is not the name or the address of a host")]
    [Arguments("7", "[0]: is a number")]
    public async Task A_host_is_a_name_or_an_address_without_a_port(string hosts, string? problem) =>
        await Assert.That(Given.Mistakes(WithAdmin($$"""{"address": "127.0.0.1:9901", "hosts": [{{hosts}}]}""")))
            .IsSequence(problem is null ? [] : [$"gateway.json:9:50: admin.hosts{problem}; write a host without a port, such as \"gateway.internal\", \"10.0.0.7\" or \"[::1]\""]);

    [Test]
    public async Task Hosts_are_a_list_to_which_variables_add()
    {
        await Assert.That(Given.Mistakes(WithAdmin("""{"address": "127.0.0.1:9901", "hosts": "a"}""")))
            .IsSequence(["gateway.json:9:49: admin.hosts: is a string; write a list"]);
        await Assert.That(Given.Options(WithAdmin("""{"address": "127.0.0.1:9901", "hosts": ["a"]}"""), ("ADMIN__HOSTS__1", "b")).Admin!.Hosts)
            .IsSequence(["a", "b"]);
        await Assert.That(Given.Options(WithAdmin("""{"address": "127.0.0.1:9901"}"""), ("ADMIN__HOSTS__0", "a")).Admin!.Hosts).IsSequence(["a"]);
    }

    private static string WithAdmin(string admin) => Given.With(rest: $"\"admin\": {admin}");
}
