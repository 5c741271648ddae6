using Microsoft.CodeAnalysis;

namespace FrameRpc.Generators;

/// <summary>Names that must be unique within a service: members and constants, route names, endpoints, request ids.</summary>
/// <param name="reader">Receives diagnostics.</param>
/// <param name="service">The interface.</param>
/// <param name="name">The base name of the generated types.</param>
internal sealed class ReservedNames(ServiceReader reader, string service, string name)
{
    // A member cannot have the name of its class or of the field.
    private readonly Dictionary<string, string> _names = new()
    {
        [Constant(IdsWriter.Routes)] = IdsWriter.Routes,
        [Constant(name + "Ids")] = service,
        [Member(name + "Client")] = service,
        [Member("_client")] = service,
    };

    private readonly Dictionary<uint, (string Method, MethodIdentity Identity)> _ids = [];

    public void Add(IMethodSymbol method, MethodModel model)
    {
        string[] names = model.Identity.Endpoint is null
            ? [Constant(model.CallName), RouteName(model), Member(method.Name)]
            : [Constant(model.CallName), Constant(model.CallName + IdsWriter.EndpointSuffix), RouteName(model), Member(method.Name)];
        if (names.FirstOrDefault(_names.ContainsKey) is { } taken)
        {
            reader.Report(Places.Name(method), Diagnostics.SameName, method.Name, _names[taken], taken);
            return;
        }
        foreach (string name in names)
            _names.Add(name, method.Name);
        AddId(method, model.Identity);
    }

    private void AddId(IMethodSymbol method, MethodIdentity identity)
    {
        if (identity.Id == 0)
            reader.Report(Places.Name(method), Diagnostics.ZeroId, method.Name, identity.Names);
        else if (!_ids.TryGetValue(identity.Id, out (string Method, MethodIdentity Identity) other))
            _ids.Add(identity.Id, (method.Name, identity));
        else if (identity.Endpoint is { } endpoint && endpoint == other.Identity.Endpoint)
            reader.Report(Places.Name(method), Diagnostics.SameEndpoint, method.Name, other.Method, endpoint);
        else
            reader.Report(Places.Name(method), Diagnostics.SameId, method.Name, identity.Names, other.Method, other.Identity.Names, identity.HexId);
    }

    private static string Constant(string name) => $"constant '{name}'";

    private static string Member(string name) => $"member '{name}' of the client";

    private static string RouteName(MethodModel method) => $"route name '{IdsWriter.Kebab(method.CallName)}'";
}
