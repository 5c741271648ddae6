namespace FrameRpc.Generators;

/// <summary>The lines of generated code that differ between the formats.</summary>
internal abstract class FormatWriter
{
    protected const string Protocol = "global::FrameRpc.Protocol.";

    /// <summary>The type that the generated client uses for calls.</summary>
    public abstract string ClientType { get; }

    /// <summary>The type that serves the methods.</summary>
    public abstract string ServerType { get; }

    /// <summary>The statement of a client's method. It declares no variables, because parameters may have any name.</summary>
    public abstract string Call(MethodModel method);

    /// <summary>The code before and after the handler in <c>Map</c>.</summary>
    public abstract (string Before, string After) Mapping(MethodModel method);

    /// <summary>The statements of a handler, after <c>(request, cancel) =></c>.</summary>
    public abstract IEnumerable<string> Handler(MethodModel method);

    /// <summary>Types used only in the generated file.</summary>
    public virtual void WriteTypes(CodeWriter code)
    {
    }

    /// <summary>Calls the service's method with the body in <c>body</c>.</summary>
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
