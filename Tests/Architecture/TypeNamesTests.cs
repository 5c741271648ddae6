extern alias generators;

using FrameRpc.Gateway.Configuration;
using FrameRpc.Protocol.Frames;
using generators::FrameRpc.Generators;

namespace FrameRpc.Tests.Architecture;

/// <summary>A name stands for one type of the product, so that it says the same wherever it is read.</summary>
public sealed class TypeNamesTests
{
    [Test]
    public async Task No_type_name_is_used_twice_in_the_product()
    {
        IEnumerable<TypeName> types = new[] { typeof(FrameHeader), typeof(GatewayOptions), typeof(ServiceGenerator) }
            .SelectMany(type => TypeDependencies.TypesOf(type.Assembly))
            .Where(type => type.Namespace.StartsWith("FrameRpc.", StringComparison.Ordinal));
        await Assert.That(Twice(types)).IsEmpty();
    }

    [Test]
    public async Task A_name_in_two_namespaces_is_used_twice_and_a_generic_type_beside_its_plain_one_is_not() =>
        await Assert.That(Twice([new("A", "Call"), new("B", "Call"), new("A", "Reply"), new("A", "Reply`1")])).IsSequence(["Call"]);

    private static IReadOnlyList<string> Twice(IEnumerable<TypeName> types) =>
        [.. types.Select(type => type with { Name = type.Name.Split('`')[0] }).Distinct().CountBy(type => type.Name).Where(name => name.Value > 1).Select(name => name.Key).Order(StringComparer.Ordinal)];
}
