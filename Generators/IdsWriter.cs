using System.Text;

namespace FrameRpc.Generators;

/// <summary>Writes a service's endpoints, request ids and routes as constants.</summary>
internal static class IdsWriter
{
    public const string EndpointSuffix = "Endpoint";
    public const string Routes = "GatewayRoutes";

    public static void Write(CodeWriter code, ServiceModel service)
    {
        code.Line($"/// <summary>Endpoints, request ids and routes of <see cref=\"{service.Interface}\"/>.</summary>");
        code.Block($"{service.Accessibility} static class {service.Name}Ids", () =>
        {
            foreach (MethodModel method in service.Methods)
                WriteMethod(code, method);
            WriteRoutes(code, service);
        });
    }

    /// <summary><c>GetBlockV2</c> as <c>get-block-v2</c>, the form of names in <c>gateway.json</c>.</summary>
    public static string Kebab(string name)
    {
        var kebab = new StringBuilder();
        for (int index = 0; index < name.Length; index++)
        {
            bool word = index > 0 && char.IsUpper(name[index])
                && (!char.IsUpper(name[index - 1]) || (index + 1 < name.Length && char.IsLower(name[index + 1])));
            _ = (word && kebab[kebab.Length - 1] != '-' ? kebab.Append('-') : kebab).Append(name[index] == '_' ? '-' : char.ToLowerInvariant(name[index]));
        }
        return kebab.ToString();
    }

    private static void WriteMethod(CodeWriter code, MethodModel method)
    {
        if (method.Identity.Endpoint is { } endpoint)
        {
            code.Line($"/// <summary>The endpoint of {method.CallName}.</summary>");
            code.Line($"public const string {CSharp.Identifier(method.CallName + EndpointSuffix)} = {CSharp.Literal(endpoint)};");
            code.Line();
        }
        code.Line($"/// <summary>The request id of {method.CallName}.</summary>");
        code.Line($"public const uint {CSharp.Identifier(method.CallName)} = 0x{method.Identity.HexId};");
        code.Line();
    }

    private static void WriteRoutes(CodeWriter code, ServiceModel service)
    {
        code.Line("/// <summary>Routes for <c>gateway.json</c>: the value of <c>routes</c>, or a part of it.</summary>");
        code.Line($"public const string {Routes} = \"\"\"");
        code.Indented(() =>
        {
            code.Line("[");
            for (int index = 0; index < service.Methods.Count; index++)
                code.Line($"  {Route(service, service.Methods[index])}{(index + 1 < service.Methods.Count ? "," : "")}");
            code.Line("]");
            code.Line("\"\"\";");
        });
    }

    private static string Route(ServiceModel service, MethodModel method)
    {
        string backend = Kebab(service.Name);
        RouteMember[] members = [new("name", $"{backend}-{Kebab(method.CallName)}"), .. method.Identity.RouteMembers, new("backend", backend)];
        return $"{{ {string.Join(", ", members.Select(member => $"{Json(member.Name)}: {Json(member.Value)}"))} }}";
    }

    // Names have no control characters. Three quotes in a row would end the enclosing literal, but each is preceded by a backslash.
    private static string Json(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
}
