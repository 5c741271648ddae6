namespace FrameRpc.Generators;

/// <summary>Calls and handlers of the smf format.</summary>
internal sealed class SmfServiceWriter(ServiceModel service) : FormatWriter
{
    private const string Payloads = Protocol + "Services.SmfServicePayloads";

    public override string ClientType => Protocol + "Client.SmfClient";

    public override string ServerType => Protocol + "Server.SmfServer";

    public override string Call(MethodModel method)
    {
        string payload = Written(method.Request, method.Argument(ParameterRole.Body));
        string rest = $"{method.Argument(ParameterRole.Options)}, {method.Argument(ParameterRole.Cancel)}";
        string call = $"await this._client.CallAsync({Id(method)}, {payload}, {rest})";
        return $"return {Read(method.Reply, "ReadReply", $"({call}.ConfigureAwait(false)).Payload")};";
    }

    public override (string Before, string After) Mapping(MethodModel method) => (Id(method), ", " + CSharp.Literal(method.Identity.Names));

    public override IEnumerable<string> Handler(MethodModel method)
    {
        yield return $"var body = {Read(method.Request, "ReadRequest", "request.Payload")};";
        yield return $"var reply = {Invoke(method)};";
        yield return $"return {Written(method.Reply, "reply")};";
    }

    private string Id(MethodModel method) => $"new {Protocol}Identity.RequestId({service.Ids}.{CSharp.Identifier(method.CallName)})";

    private static string Written(BodyModel body, string value) => body.Kind is BodyKind.SmfPayload ? $"{Payloads}.Write({value})" : value;

    private static string Read(BodyModel body, string reader, string payload) =>
        body.Kind is BodyKind.SmfPayload ? $"{Payloads}.{reader}<{body.Type}>({payload})" : payload;
}
