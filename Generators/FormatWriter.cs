namespace FrameRpc.Generators;

/// <summary>The lines of generated code in which the formats differ.</summary>
internal abstract class FormatWriter
{
    protected const string Protocol = "global::FrameRpc.Protocol.";

    /// <summary>The type over which the generated client calls.</summary>
    public abstract string ClientType { get; }

    /// <summary>The type that serves the methods.</summary>
    public abstract string ServerType { get; }

    /// <summary>The statement of a client's method. Names of parameters may be any, so it declares none of its own.</summary>
    public abstract string Call(MethodModel method);

    /// <summary>What comes before the handler in <c>Map</c>, and behind it.</summary>
    public abstract (string Before, string Behind) Mapping(MethodModel method);

    /// <summary>The statements of a handler, between <c>(request, cancel) =></c> and its end.</summary>
    public abstract IEnumerable<string> Handler(MethodModel method);

    /// <summary>Types that only the file needs.</summary>
    public virtual void WriteTypes(CodeWriter code)
    {
    }

    /// <summary>The service's method, called with the body that <c>body</c> holds.</summary>
    protected static string Invoke(MethodModel method)
    {
        IEnumerable<string> arguments = method.Parameters.Select(parameter => parameter.Role switch
        {
            ParameterRole.Options => "default",
            ParameterRole.Cancel => "cancel",
            _ => "body",
        });
        return $"await service.{method.Name}({string.Join(", ", arguments)}).ConfigureAwait(false)";
    }
}
