using System.Text.Json;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>A gateway.json for a test: one listener, one backend and one route in each format, and what the test wants otherwise.</summary>
internal sealed record GatewayFile
{
    /// <summary>Shorter than anybody waits, and longer than a busy machine takes.</summary>
    private const string DefaultTimeout = "60s";

    public string SmfListener { get; init; } = "127.0.0.1:0";

    public string FrameListener { get; init; } = "127.0.0.1:0";

    public string[] SmfServers { get; init; } = ["demo:echo"];

    public string[] FrameServers { get; init; } = ["demo:echo"];

    public int Workers { get; init; } = 2;

    public string Timeout { get; init; } = DefaultTimeout;

    public string Balancing { get; init; } = "roundRobin";

    public string DrainTimeout { get; init; } = DefaultTimeout;

    /// <summary>How bodies pass: <c>splice</c> from the first byte on, <c>copy</c>, or as it is by default.</summary>
    public string Relay { get; init; } = "auto";

    /// <summary>Members of the route's objects, such as <c>"messageBytesMax": "1KiB"</c>.</summary>
    public string RouteMembers { get; init; } = "";

    /// <summary>Members of the listeners' objects.</summary>
    public string ListenerMembers { get; init; } = "";

    /// <summary>Members of the backends' objects.</summary>
    public string BackendMembers { get; init; } = "";

    /// <summary>The frame servers read octets to their end, as the demo and most scripted ones do.</summary>
    public bool DrainsOctets { get; init; } = true;

    /// <summary>Members of the smf backend's object alone.</summary>
    public string SmfBackendMembers { get; init; } = "";

    /// <summary>Members of <c>limits</c>.</summary>
    public string Limits { get; init; } = "";

    /// <summary>Where the admin endpoint listens; nowhere when empty.</summary>
    public string Admin { get; init; } = "";

    /// <summary>Members of <c>admin</c> with which the gateway makes itself a token, beside its file.</summary>
    public const string WithToken = "\"tokenFile\": \"admin.token\", \"createToken\": true";

    /// <summary>Further members of <c>admin</c>.</summary>
    public string AdminMembers { get; init; } = "";

    /// <summary>Members of <c>accessLog</c>.</summary>
    public string AccessLog { get; init; } = "";

    public override string ToString() => $$"""
        {
          "workers": {{Workers}},
          "drainTimeout": "{{DrainTimeout}}",
          "listeners": [
            { "name": "smf", "address": "{{SmfListener}}", "protocol": "smf", {{ListenerMembers}} },
            { "name": "frames", "address": "{{FrameListener}}", "protocol": "frame", {{ListenerMembers}} },
          ],
          "backends": {
            "smf-servers": { "protocol": "smf", "balancing": "{{Balancing}}", "servers": {{JsonSerializer.Serialize(SmfServers)}}, {{(SmfBackendMembers.Length > 0 ? $"{SmfBackendMembers}," : "")}} {{BackendMembers}} },
            "frame-servers": { "protocol": "frame", "balancing": "{{Balancing}}", "servers": {{JsonSerializer.Serialize(FrameServers)}}, "drainsOctets": {{(DrainsOctets ? "true" : "false")}}, {{BackendMembers}} },
          },
          "routes": [
            {
              "name": "get", "service": "SmfStorage", "method": "Get", "request": "smf_gen::demo::Request", "reply": "smf_gen::demo::Response",
              "backend": "smf-servers", "timeout": "{{Timeout}}", {{RouteMembers}}
            },
            { "name": "vectors", "id": "12345", "backend": "smf-servers", "timeout": "{{Timeout}}" },
            { "name": "echo", "endpoint": "Echo", "backend": "frame-servers", "timeout": "{{Timeout}}", {{RouteMembers}} },
            { "name": "echo-octets", "endpoint": "EchoOctets", "backend": "frame-servers", "timeout": "{{Timeout}}", "requestBody": "octets", "replyBody": "octets" },
            { "name": "stream", "endpoint": "Stream", "backend": "frame-servers", "timeout": "{{Timeout}}", "replyBody": "octets" },
            { "name": "upload", "endpoint": "Upload", "backend": "frame-servers", "timeout": "{{Timeout}}", "requestBody": "octets" },
            { "name": "fail", "endpoint": "Fail", "backend": "frame-servers", "timeout": "{{Timeout}}" },
          ],
          "accessLog": { {{AccessLog}} },
          "limits": { {{Limits}} },
          "relay": "{{Relay}}", {{(Relay == "splice" ? "\"spliceBytesMin\": 1," : "")}}
          {{(Admin.Length > 0 ? $$"""  "admin": { "address": "{{Admin}}", {{AdminMembers}} } """ : "")}}
        }
        """;
}
