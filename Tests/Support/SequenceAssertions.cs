using System.Runtime.CompilerServices;
using TUnit.Assertions.Conditions;
using TUnit.Assertions.Enums;
using TUnit.Assertions.Sources;

namespace FrameRpc.Tests;

internal static class SequenceAssertions
{
    /// <summary>
    /// The same elements in the same order, each equal by the default comparer of its type. The framework's own comparison of collections uses
    /// reflection on elements, which a native program does not have.
    /// </summary>
    public static IsEquivalentToAssertion<TCollection, TItem> IsSequence<TCollection, TItem>(
        this CollectionAssertionBase<TCollection, TItem> source, IEnumerable<TItem> expected,
        [CallerArgumentExpression(nameof(expected))] string? expression = null)
        where TCollection : IEnumerable<TItem> =>
#pragma warning disable TUnitAssertions0003 // The expression is the caller's, and not this parameter's name.
        source.IsEquivalentTo(expected, EqualityComparer<TItem>.Default, CollectionOrdering.Matching, expression);

    /// <summary>The same for bytes, so that <c>[1, 2, 3]</c> is a list of bytes.</summary>
    public static IsEquivalentToAssertion<TCollection, byte> IsSequence<TCollection>(
        this CollectionAssertionBase<TCollection, byte> source, IEnumerable<byte> expected,
        [CallerArgumentExpression(nameof(expected))] string? expression = null)
        where TCollection : IEnumerable<byte> =>
        source.IsEquivalentTo(expected, EqualityComparer<byte>.Default, CollectionOrdering.Matching, expression);

    /// <summary>The same for byte arrays, which are compared by content.</summary>
    public static IsEquivalentToAssertion<TCollection, byte[]> IsSequence<TCollection>(
        this CollectionAssertionBase<TCollection, byte[]> source, IEnumerable<byte[]> expected,
        [CallerArgumentExpression(nameof(expected))] string? expression = null)
        where TCollection : IEnumerable<byte[]> =>
        source.IsEquivalentTo(expected, ByteStringComparer.Instance, CollectionOrdering.Matching, expression);
#pragma warning restore TUnitAssertions0003
}
