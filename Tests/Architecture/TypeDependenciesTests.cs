namespace FrameRpc.Tests.Architecture;

/// <summary>However a type uses another, the reader finds it, and says in which member.</summary>
public sealed class TypeDependenciesTests
{
    [Test]
    [Arguments("", nameof(UsedAsBase))]
    [Arguments("", nameof(IUsed))]
    [Arguments("", nameof(UsedAsConstraint))]
    [Arguments("", nameof(UsedAttribute))]
    [Arguments("_field", nameof(UsedAsField))]
    [Arguments("Property", nameof(UsedAsProperty))]
    [Arguments("Signature", nameof(UsedAsReturn))]
    [Arguments("Signature", nameof(UsedAsParameter))]
    [Arguments("Signature", nameof(UsedAsElement))]
    [Arguments("Signature", "UsedAsArgument`1")]
    [Arguments("Body", nameof(UsedByName))]
    [Arguments("Body", nameof(UsedForItsMember))]
    [Arguments("Body", nameof(UsedInGenericCall))]
    [Arguments("Body", nameof(UsedWhenCaughtException))]
    [Arguments("Switch", nameof(UsedBehindSwitch))]
    [Arguments("Lambda", nameof(UsedInLambda))]
    [Arguments("WaitAsync", nameof(UsedBehindAwait))]
    [Arguments("Method", nameof(UsedInNested))]
    public async Task A_use_is_found(string member, string used) =>
        await Assert.That(EdgesOf("Dependent`1")).Contains($"{member} → {used}");

    [Test]
    public async Task A_type_that_uses_none_of_the_assembly_has_no_dependency_on_it() =>
        await Assert.That(EdgesOf(nameof(UsedByName))).IsEmpty();

    private static IReadOnlyList<string> EdgesOf(string type) =>
    [
        .. TypeDependencies.Of(typeof(TypeDependenciesTests).Assembly)
            .Where(edge => edge.From.Name == type && edge.To.Namespace == typeof(TypeDependenciesTests).Namespace)
            .Select(edge => $"{edge.Member} → {edge.To.Name}"),
    ];
}

internal class UsedAsBase;

internal interface IUsed;

internal sealed class UsedAsConstraint;

[AttributeUsage(AttributeTargets.Class)]
internal sealed class UsedAttribute : Attribute;

internal sealed class UsedAsField;

internal sealed class UsedAsProperty;

internal sealed class UsedAsReturn;

internal sealed class UsedAsParameter;

internal sealed class UsedAsElement;

internal sealed class UsedAsArgument<T>;

internal sealed class UsedByName;

internal static class UsedForItsMember
{
    public static void Member()
    {
    }
}

internal sealed class UsedInGenericCall;

internal sealed class UsedWhenCaughtException : Exception;

internal sealed class UsedBehindSwitch;

internal sealed class UsedInLambda;

internal sealed class UsedBehindAwait;

internal sealed class UsedInNested;

/// <summary>Uses each of the types above in one way.</summary>
[Used]
internal sealed class Dependent<T> : UsedAsBase, IUsed
    where T : IEnumerable<UsedAsConstraint>
{
    public UsedAsField? _field = new();

    public UsedAsProperty? Property { get; set; }

    public static UsedAsReturn? Signature(UsedAsParameter parameter, UsedAsElement[] elements, List<UsedAsArgument<int>?> generic) =>
        parameter is null || elements.Length == generic.Count ? null : new();

    public static object? Body()
    {
        try
        {
            UsedForItsMember.Member();
            return Enumerable.Empty<UsedInGenericCall>().Count() > 1 ? typeof(UsedByName) : null;
        }
        catch (UsedWhenCaughtException)
        {
            return null;
        }
    }

    public static object? Switch(int which)
    {
        switch (which)
        {
            case 0: return "a";
            case 1: return "bc";
            case 2: return "d";
            case 3: return "ef";
            case 4: return "g";
            default: return new UsedBehindSwitch();
        }
    }

    public static Func<object> Lambda() => () => new UsedInLambda();

    public static async Task<object> WaitAsync()
    {
        await Task.Yield();
        return new UsedBehindAwait();
    }

    internal static class Nested
    {
        public static object Method() => new UsedInNested();
    }
}
