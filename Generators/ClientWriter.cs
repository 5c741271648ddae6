namespace FrameRpc.Generators;

/// <summary>Writes the client class of a service.</summary>
internal static class ClientWriter
{
    public static void Write(CodeWriter code, ServiceModel service, FormatWriter format)
    {
        string name = service.Name + "Client";
        code.Line($"/// <summary>Calls a remote <see cref=\"{service.Interface}\"/>. Safe for concurrent use.</summary>");
        code.Block($"{service.Accessibility} sealed partial class {name} : {service.Interface}", () =>
        {
            code.Line($"private readonly {format.ClientType} _client;");
            code.Line();
            code.Line("/// <summary>Calls over a client, which it does not dispose.</summary>");
            code.Block($"public {name}({format.ClientType} client)", () => code.Line("this._client = client;"));
            foreach (MethodModel method in service.Methods)
            {
                code.Line();
                code.Line("/// <inheritdoc/>");
                string parameters = string.Join(", ", method.Parameters.Select(parameter => parameter.Declaration));
                code.Block($"public async {method.ReturnType} {method.Name}({parameters})", () => code.Line(format.Call(method)));
            }
        });
    }
}
