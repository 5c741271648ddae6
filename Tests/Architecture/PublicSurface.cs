using System.Reflection;
using System.Runtime.CompilerServices;

namespace FrameRpc.Tests.Architecture;

/// <summary>Everything that a program can name of an assembly, one line each: types, and their members with parameters, defaults and nullable references.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly NullabilityInfoContext Nullability = new();

    public static IReadOnlyList<string> Of(Assembly assembly) =>
        [.. assembly.GetExportedTypes().SelectMany(Lines).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Lines(Type type)
    {
        yield return $"{Kind(type)} {Name(type)}{Base(type)}";
        foreach (MemberInfo member in type.GetMembers(Declared))
        {
            if (Describe(member) is { } line)
                yield return $"{Name(type)}.{line}";
        }
    }

    private static string? Describe(MemberInfo member) => member switch
    {
        ConstructorInfo { IsStatic: false } made when IsVisible(made) => $"{ShortName(made.DeclaringType!)}({Parameters(made)})",
        MethodInfo method when IsVisible(method) && !method.IsSpecialName && !IsCompilers(method) => $"{Modifier(method)}{method.Name}{Arguments(method)}({Parameters(method)}) -> {Nullable(Name(method.ReturnType), Nullability.Create(method.ReturnParameter))}",
        PropertyInfo property when property.GetAccessors(nonPublic: true).Any(IsVisible) => $"{property.Name} {{ {Accessors(property)} }} -> {Nullable(Name(property.PropertyType), Nullability.Create(property))}",
        FieldInfo { IsLiteral: true, IsPublic: true } constant => $"const {constant.Name} = {constant.GetRawConstantValue()}",
        FieldInfo { IsPublic: true, IsSpecialName: false } field => $"{field.Name} -> {Name(field.FieldType)}",
        EventInfo happening when IsVisible(happening.AddMethod!) => $"event {happening.Name} -> {Name(happening.EventHandlerType!)}",
        _ => null,
    };

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => type.IsByRefLike ? "ref struct" : "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Base(Type type)
    {
        string[] bases = [.. new[] { type.BaseType }.Where(b => b is not null && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum)).Select(b => Name(b!)), .. type.GetInterfaces().Where(i => i.IsPublic && !type.IsEnum).Select(Name).Order(StringComparer.Ordinal)];
        return bases.Length == 0 ? "" : $" : {string.Join(", ", bases)}";
    }

    /// <summary>A record's own members say nothing that the word record does not.</summary>
    private static bool IsCompilers(MethodInfo method) =>
        method.GetCustomAttribute<CompilerGeneratedAttribute>() is not null || method.Name is "PrintMembers" or "<Clone>$";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Modifier(MethodInfo method) =>
        method.IsStatic ? "static " : method.IsAbstract ? "abstract " : method.IsVirtual && !method.IsFinal ? method.GetBaseDefinition() != method ? "override " : "virtual " : "";

    private static string Accessors(PropertyInfo property)
    {
        var accessors = new List<string>();
        if (property.GetMethod is { } getter && IsVisible(getter))
            accessors.Add(getter.IsStatic ? "static get;" : "get;");
        if (property.SetMethod is { } setter && IsVisible(setter))
            accessors.Add(setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init;" : "set;");
        return string.Join(' ', accessors);
    }

    private static string Arguments(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "")}{Nullable(Name(parameter.ParameterType), Nullability.Create(parameter))} {parameter.Name}{Default(parameter)}"));

    private static string Default(ParameterInfo parameter) =>
        !parameter.HasDefaultValue ? "" : parameter.DefaultValue is null ? " = default" : $" = {parameter.DefaultValue}";

    private static string Nullable(string name, NullabilityInfo info) =>
        info.ReadState is NullabilityState.Nullable && !info.Type.IsValueType ? $"{name}?" : name;

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!);
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        if (System.Nullable.GetUnderlyingType(type) is { } value)
            return $"{Name(value)}?";
        if (type.IsGenericParameter)
            return type.Name;
        string scope = type.IsNested ? $"{Name(type.DeclaringType!)}." : type.Namespace!.StartsWith("FrameRpc.", StringComparison.Ordinal) ? $"{type.Namespace}." : "";
        return $"{scope}{ShortName(type)}{(type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : "")}";
    }

    private static string ShortName(Type type) => type.Name.Split('`')[0];
}
