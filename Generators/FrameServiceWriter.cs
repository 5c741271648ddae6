using System.Collections.Immutable;

namespace FrameRpc.Generators;

/// <summary>Calls and handlers of the frame format.</summary>
internal sealed class FrameServiceWriter(ServiceModel service) : FormatWriter
{
    private const string Body = Protocol + "Frames.FrameBody";
    private const string Calls = Protocol + "Services.FrameServiceCalls";
    private const string Requests = Protocol + "Services.FrameServiceRequests";

    private readonly ImmutableArray<string> _jsonTypes = [.. service.JsonTypes];

    public override string ClientType => Protocol + "Client.FrameClient";

    public override string ServerType => Protocol + "Server.FrameServer";

    public override string Call(MethodModel method)
    {
        string argument = method.Argument(ParameterRole.Body);
        string body = BodyOf(method.Request, argument);
        string endpoint = Endpoint(method);
        string both = $"{Value(method.Request, argument)}, {JsonType(method.Request)}";
        string rest = $"{method.Argument(ParameterRole.Options)}, {method.Argument(ParameterRole.Cancel)}).ConfigureAwait(false)";
        BodyModel reply = method.Reply;
        return reply.Kind switch
        {
            BodyKind.None => $"await {Calls}.CallAsync(this._client, {endpoint}, {body}, {rest};",
            // Both in one call, so that the timeout also covers the reply's body.
            BodyKind.Json when method.Request.Kind is BodyKind.Json =>
                $"return await this._client.CallAsync({endpoint}, {both}, {JsonType(reply)}, {rest}{OrThrow(reply, endpoint)};",
            BodyKind.Json => $"return await this._client.CallAsync({endpoint}, {body}, {JsonType(reply)}, {rest}{OrThrow(reply, endpoint)};",
            BodyKind.Stream => $"return await {Calls}.OpenStreamAsync(this._client, {endpoint}, {body}, {rest};",
            BodyKind.Pipe => $"return await {Calls}.OpenPipeAsync(this._client, {endpoint}, {body}, {rest};",
            _ => $"return {Whole(reply.Kind, $"await {Calls}.ReadOctetsAsync(this._client, {endpoint}, {body}, {rest}")};",
        };
    }

    public override (string Before, string After) Mapping(MethodModel method) => (Endpoint(method), "");

    public override IEnumerable<string> Handler(MethodModel method)
    {
        yield return $"{Requests}.Check(request, {DataType(method.Request)}, {DataType(method.Reply)});";
        if (method.Request.Kind is not BodyKind.None)
            yield return $"var body = {Received(method.Request)};";
        if (method.Reply.Kind is BodyKind.None)
        {
            yield return $"{Invoke(method)};";
            yield return $"return {Body}.None;";
            yield break;
        }
        yield return $"var reply = {Invoke(method)};";
        yield return $"return {BodyOf(method.Reply, "reply")};";
    }

    /// <summary>The JSON types by number, because a generator does not see the names that another one generates.</summary>
    public override void WriteTypes(CodeWriter code)
    {
        if (_jsonTypes.IsEmpty)
            return;
        code.Line();
        code.Block($"file static class __{service.Name}Json", () =>
        {
            for (int index = 0; index < _jsonTypes.Length; index++)
            {
                string type = _jsonTypes[index];
                code.Line($"public static readonly global::System.Text.Json.Serialization.Metadata.JsonTypeInfo<{type}> Type{index} =");
                code.Indented(() => code.Line($"{Protocol}Services.ServiceJson.TypeInfo<{type}>({service.JsonContext}.Default);"));
            }
        });
    }

    private string Endpoint(MethodModel method) => $"{service.Ids}.{CSharp.Identifier(method.CallName + IdsWriter.EndpointSuffix)}";

    private string JsonType(BodyModel body) => $"__{service.Name}Json.Type{_jsonTypes.IndexOf(body.Type)}";

    private string BodyOf(BodyModel body, string value) => body.Kind switch
    {
        BodyKind.None => $"{Body}.None",
        BodyKind.Json => $"{Body}.Json({Value(body, value)}, {JsonType(body)})",
        _ => $"{Body}.Octets({value})",
    };

    /// <summary>The body of the request in a handler.</summary>
    private string Received(BodyModel body) => body.Kind switch
    {
        BodyKind.Json => $"await request.ReadJsonAsync({JsonType(body)}, cancel).ConfigureAwait(false)"
            + (body.Null is Nullness.Refused ? $" ?? throw {Requests}.NullBody()" : ""),
        BodyKind.Stream => "request.OpenOctets()",
        BodyKind.Pipe => "request.Octets",
        _ => Whole(body.Kind, $"await {Requests}.ReadOctetsAsync(request, cancel).ConfigureAwait(false)"),
    };

    private static string Whole(BodyKind kind, string memory) => kind switch
    {
        BodyKind.Sequence => $"new global::System.Buffers.ReadOnlySequence<byte>({memory})",
        BodyKind.Array => $"({memory}).ToArray()",
        _ => memory,
    };

    private static string Value(BodyModel body, string value) => body.Null is Nullness.Allowed ? value + "!" : value;

    private static string OrThrow(BodyModel reply, string endpoint) => reply.Null is Nullness.Refused ? $" ?? throw {Calls}.NullReply({endpoint})" : "";

    private static string DataType(BodyModel body) => $"{Protocol}Frames.DataType." + body.Kind switch
    {
        BodyKind.None => "None",
        BodyKind.Json => "Json",
        _ => "Octets",
    };
}
