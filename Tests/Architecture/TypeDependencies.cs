using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace FrameRpc.Tests.Architecture;

/// <summary>A top-level type. What is nested in it, what the compiler makes of its lambdas and its async methods included, counts as the type itself.</summary>
internal readonly record struct TypeName(string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}.{Name}";
}

/// <summary>One type uses another.</summary>
/// <param name="From">A type of the assembly that was read.</param>
/// <param name="To">A type of any assembly, never <paramref name="From"/> itself.</param>
/// <param name="Member">The first member of <paramref name="From"/> in which it does; empty for a base type, an interface or an attribute.</param>
internal sealed record TypeDependency(TypeName From, TypeName To, string Member)
{
    public override string ToString() => $"{From}{(Member.Length == 0 ? "" : $".{Member}")} → {To}";
}

/// <summary>
/// Every dependency of type on type in a compiled assembly: base types, interfaces, constraints, attributes, fields, signatures, locals, caught exceptions, and
/// each type that the code of a method names or of which it uses a member.
/// </summary>
/// <remarks>
/// A constant is copied into the code that uses it, so that the assembly no longer tells whose it was; neither do arguments of attributes. Types that are only
/// passed on, from one call into the next, are named by the members that take and return them, not by the code between.
/// </remarks>
internal sealed class TypeDependencies
{
    /// <summary><c>&lt;ReadAsync&gt;d__7</c> and the like.</summary>
    private static readonly Regex CompilersName = new("^<(\\w+)>");

    private readonly MetadataReader _metadata;
    private readonly PEReader _file;
    private readonly Mentions _mentions;
    private readonly Dictionary<(TypeName From, TypeName To), TypeDependency> _found = [];

    private TypeDependencies(PEReader file)
    {
        _file = file;
        _metadata = file.GetMetadataReader();
        _mentions = new Mentions(_metadata);
    }

    /// <summary>All of an assembly, in the order of their names.</summary>
    public static IReadOnlyList<TypeDependency> Of(Assembly assembly)
    {
        using PEReader file = Open(assembly);
        return new TypeDependencies(file).All();
    }

    /// <summary>The top-level types of an assembly, without those whose names only a compiler can write.</summary>
    public static IReadOnlyList<TypeName> TypesOf(Assembly assembly)
    {
        using PEReader file = Open(assembly);
        var reader = new TypeDependencies(file);
        return [.. reader.Types().Select(reader.NameOf).Distinct().Where(IsWritten)];
    }

    private static PEReader Open(Assembly assembly) => new(System.IO.File.OpenRead(assembly.Location));

    private IEnumerable<TypeDefinition> Types() => _metadata.TypeDefinitions.Select(_metadata.GetTypeDefinition);

    private TypeName NameOf(TypeDefinition type) => _mentions.Outermost(type);

    /// <summary>The compiler gives what it makes names that no source can have, as <c>&lt;Module&gt;</c>.</summary>
    private static bool IsWritten(TypeName type) => !type.Name.StartsWith('<');

    private TypeDependency[] All()
    {
        foreach (TypeDefinition type in Types().Where(type => IsWritten(NameOf(type))))
        {
            ReadDeclaration(type);
            foreach (FieldDefinition field in type.GetFields().Select(_metadata.GetFieldDefinition))
                ReadField(type, field);
            foreach (MethodDefinition method in type.GetMethods().Select(_metadata.GetMethodDefinition))
                ReadMethod(type, method);
        }
        return [.. _found.Values.OrderBy(edge => edge.From.ToString(), StringComparer.Ordinal).ThenBy(edge => edge.To.ToString(), StringComparer.Ordinal)];
    }

    private void ReadDeclaration(TypeDefinition type)
    {
        _mentions.Add(type.BaseType);
        foreach (InterfaceImplementationHandle implemented in type.GetInterfaceImplementations())
            _mentions.Add(_metadata.GetInterfaceImplementation(implemented).Interface);
        foreach (MethodImplementationHandle explicitly in type.GetMethodImplementations())
            _mentions.Add(_metadata.GetMethodImplementation(explicitly).MethodDeclaration);
        ReadConstraints(type.GetGenericParameters());
        ReadAttributes(type.GetCustomAttributes());
        foreach (PropertyDefinitionHandle property in type.GetProperties())
            ReadAttributes(_metadata.GetPropertyDefinition(property).GetCustomAttributes());
        Keep(type, "");
    }

    private void ReadField(TypeDefinition type, FieldDefinition field)
    {
        _ = field.DecodeSignature(_mentions, null);
        ReadAttributes(field.GetCustomAttributes());
        Keep(type, _metadata.GetString(field.Name));
    }

    private void ReadMethod(TypeDefinition type, MethodDefinition method)
    {
        _ = method.DecodeSignature(_mentions, null);
        ReadConstraints(method.GetGenericParameters());
        ReadAttributes(method.GetCustomAttributes());
        foreach (ParameterHandle parameter in method.GetParameters())
            ReadAttributes(_metadata.GetParameter(parameter).GetCustomAttributes());
        if (method.RelativeVirtualAddress != 0)
            ReadBody(_file.GetMethodBody(method.RelativeVirtualAddress));
        Keep(type, _metadata.GetString(method.Name));
    }

    private void ReadBody(MethodBodyBlock body)
    {
        if (!body.LocalSignature.IsNil)
            _ = _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_mentions, null);
        foreach (ExceptionRegion region in body.ExceptionRegions)
            _mentions.Add(region.CatchType);
        foreach (EntityHandle named in Instructions.TokensOf(body.GetILReader()))
            _mentions.Add(named);
    }

    private void ReadConstraints(GenericParameterHandleCollection parameters)
    {
        foreach (GenericParameterHandle parameter in parameters)
        {
            foreach (GenericParameterConstraintHandle constraint in _metadata.GetGenericParameter(parameter).GetConstraints())
                _mentions.Add(_metadata.GetGenericParameterConstraint(constraint).Type);
        }
    }

    private void ReadAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (CustomAttributeHandle attribute in attributes)
            _mentions.Add(_metadata.GetCustomAttribute(attribute).Constructor);
    }

    /// <summary>What was mentioned since the last time is what this member depends on.</summary>
    private void Keep(TypeDefinition type, string member)
    {
        TypeName from = NameOf(type);
        foreach (TypeName to in _mentions.Take().Where(to => to != from && IsWritten(to)))
            _ = _found.TryAdd((from, to), new TypeDependency(from, to, AsWritten(type, member)));
    }

    /// <summary>The member as the source has it: of an async method, of a lambda, of a field behind a property or a parameter.</summary>
    private string AsWritten(TypeDefinition type, string member)
    {
        Match made = CompilersName.Match(member);
        if (!made.Success && type.IsNested)
            made = CompilersName.Match(_metadata.GetString(type.Name));
        return made.Success ? made.Groups[1].Value : member;
    }

    /// <summary>Collects the types that handles and signatures stand for.</summary>
    private sealed class Mentions(MetadataReader metadata) : ISignatureTypeProvider<bool, object?>
    {
        private readonly HashSet<TypeName> _types = [];

        public TypeName[] Take()
        {
            TypeName[] taken = [.. _types];
            _types.Clear();
            return taken;
        }

        /// <summary>A type itself; of a member the type that declares it, and the types that it is given as arguments.</summary>
        public void Add(EntityHandle handle)
        {
            if (handle.IsNil)
                return;
            switch (handle.Kind)
            {
                case HandleKind.TypeDefinition: _ = _types.Add(Outermost(metadata.GetTypeDefinition((TypeDefinitionHandle)handle))); break;
                case HandleKind.TypeReference: _ = _types.Add(Outermost(metadata.GetTypeReference((TypeReferenceHandle)handle))); break;
                case HandleKind.TypeSpecification: _ = metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null); break;
                case HandleKind.MethodDefinition: Add(metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType()); break;
                case HandleKind.FieldDefinition: Add(metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType()); break;
                case HandleKind.MemberReference: Add(metadata.GetMemberReference((MemberReferenceHandle)handle).Parent); break;
                case HandleKind.MethodSpecification: AddGeneric(metadata.GetMethodSpecification((MethodSpecificationHandle)handle)); break;
                case HandleKind.StandaloneSignature: _ = metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle).DecodeMethodSignature(this, null); break;
                default: throw new NotSupportedException($"Code names a {handle.Kind}, which this reader does not know.");
            }
        }

        public TypeName Outermost(TypeDefinition type)
        {
            while (type.IsNested)
                type = metadata.GetTypeDefinition(type.GetDeclaringType());
            return Name(type.Namespace, type.Name);
        }

        private TypeName Outermost(TypeReference type)
        {
            while (type.ResolutionScope.Kind is HandleKind.TypeReference)
                type = metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
            return Name(type.Namespace, type.Name);
        }

        private TypeName Name(StringHandle space, StringHandle name) => new(metadata.GetString(space), metadata.GetString(name));

        private void AddGeneric(MethodSpecification method)
        {
            Add(method.Method);
            _ = method.DecodeSignature(this, null);
        }

        public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Added(handle);

        public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Added(handle);

        public bool GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => Added(handle);

        private bool Added(EntityHandle handle)
        {
            Add(handle);
            return true;
        }

        // The types below are made of others, which have been collected by then, or of none.
        public bool GetArrayType(bool elementType, ArrayShape shape) => true;

        public bool GetByReferenceType(bool elementType) => true;

        public bool GetFunctionPointerType(MethodSignature<bool> signature) => true;

        public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => true;

        public bool GetGenericMethodParameter(object? genericContext, int index) => true;

        public bool GetGenericTypeParameter(object? genericContext, int index) => true;

        public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => true;

        public bool GetPinnedType(bool elementType) => true;

        public bool GetPointerType(bool elementType) => true;

        public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => true;

        public bool GetSZArrayType(bool elementType) => true;
    }
}
