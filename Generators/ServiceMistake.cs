using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace FrameRpc.Generators;

/// <summary>A diagnostic that keeps nothing of the compilation alive, and equals another that says the same of the same place.</summary>
internal sealed record ServiceMistake(DiagnosticDescriptor Descriptor, string File, TextSpan Span, LinePositionSpan Lines, EquatableList<string> Arguments)
{
    public static ServiceMistake At(Location place, DiagnosticDescriptor descriptor, params string[] arguments)
    {
        FileLinePositionSpan lines = place.GetLineSpan();
        return new ServiceMistake(descriptor, lines.Path, place.SourceSpan, lines.Span, new EquatableList<string>(arguments));
    }

    public Diagnostic ToDiagnostic() => Diagnostic.Create(Descriptor, Location.Create(File, Span, Lines), [.. Arguments]);
}
