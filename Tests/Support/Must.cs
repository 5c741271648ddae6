using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace FrameRpc.Tests;

/// <summary>
/// A precondition of a test, checked at once: in constructors, next to spans, and on the threads of scripted peers, where assertions cannot be
/// awaited.
/// </summary>
internal static class Must
{
    public static void Hold([DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        if (!condition)
            throw new InvalidOperationException($"this does not hold: {what}");
    }
}
