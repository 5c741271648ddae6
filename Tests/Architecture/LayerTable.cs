using System.Reflection;

namespace FrameRpc.Tests.Architecture;

/// <summary>One namespace, with those below it, and the layers of which it may use types.</summary>
/// <param name="Name">What follows the root of the table, as <c>Smf</c>; the longest name that fits a type is its layer, so <c>Smf.Compression</c> can be one of its own.</param>
/// <param name="MayUse">Names of layers that stand before this one.</param>
internal sealed record Layer(string Name, params string[] MayUse);

/// <summary>Which namespaces of an assembly may use which, written from the lowest to the highest, so that there is no cycle in it.</summary>
/// <param name="root">What all namespaces begin with, as <c>FrameRpc.Protocol</c>.</param>
/// <param name="layers">A layer may use those before it alone.</param>
internal sealed class LayerTable(string root, params Layer[] layers)
{
    /// <summary>What is wrong with the table, or with the assembly by it: one line each, with the types and the member.</summary>
    public IReadOnlyList<string> Breaches(Assembly assembly)
    {
        TypeDependency[] edges = [.. TypeDependencies.Of(assembly).Where(edge => IsOwn(edge.From) && IsOwn(edge.To))];
        return
        [
            .. Upward(),
            .. TypeDependencies.TypesOf(assembly).Where(type => IsOwn(type) && LayerOf(type) is null).Select(type => $"{type} is in no layer of the table"),
            .. edges.Where(edge => !IsAllowed(edge)).Select(edge => $"{edge}: {LayerOf(edge.From)?.Name} may not use {LayerOf(edge.To)?.Name}"),
            .. Unused(edges),
        ];
    }

    /// <summary>From the lowest to the highest.</summary>
    public IEnumerable<string> Names => layers.Select(layer => layer.Name);

    /// <summary>The same table without one permission.</summary>
    public LayerTable Without(string from, string to) =>
        new(root, [.. layers.Select(layer => layer.Name == from ? new Layer(from, [.. layer.MayUse.Where(name => name != to)]) : layer)]);

    private bool IsOwn(TypeName type) => type.Namespace == root || type.Namespace.StartsWith(root + ".", StringComparison.Ordinal);

    private Layer? LayerOf(TypeName type) => layers
        .Where(layer => $"{type.Namespace}.".StartsWith($"{root}.{layer.Name}.", StringComparison.Ordinal))
        .MaxBy(layer => layer.Name.Length);

    private bool IsAllowed(TypeDependency edge) =>
        LayerOf(edge.From) is { } from && LayerOf(edge.To) is { } to && (from == to || from.MayUse.Contains(to.Name));

    private IEnumerable<string> Upward() =>
        from layer in layers.Index()
        from name in layer.Item.MayUse
        where !layers[..layer.Index].Any(lower => lower.Name == name)
        select $"the table lets {layer.Item.Name} use {name}, which does not stand before it";

    /// <summary>What no type needs any more is taken back, so that nothing grows into it unseen.</summary>
    private IEnumerable<string> Unused(TypeDependency[] edges) =>
        from layer in layers
        from name in layer.MayUse
        where !edges.Any(edge => LayerOf(edge.From)?.Name == layer.Name && LayerOf(edge.To)?.Name == name)
        select $"the table lets {layer.Name} use {name}, which no type does";
}
