using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace FrameRpc.Generators;

/// <summary>A diagnostic with value equality, which does not keep the compilation alive.</summary>
internal sealed record ServiceMistake(DiagnosticDescriptor Descriptor, string File, TextSpan Span, LinePositionSpan Lines, EquatableList<string> Arguments)
{
    public static ServiceMistake At(Location place, DiagnosticDescriptor descriptor, params string[] arguments)
    {
        FileLinePositionSpan lines = place.GetLineSpan();
        return new ServiceMistake(descriptor, lines.Path, place.SourceSpan, lines.Span, new EquatableList<string>(arguments));
    }

    public Diagnostic ToDiagnostic() => Diagnostic.Create(Descriptor, Location.Create(File, Span, Lines), [.. Arguments]);
}
