using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace FrameRpc.Tests;

/// <summary>
/// What has to hold before a test can say anything, checked at once: in constructors, beside spans, and on threads of stand-ins,
/// where no assertion can be awaited.
/// </summary>
internal static class Must
{
    public static void Hold([DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        if (!condition)
            throw new InvalidOperationException($"this does not hold: {what}");
    }
}
