using System.Runtime.CompilerServices;

namespace FrameRpc.Tests.AotProgram;

/// <summary>What has to be so. Test frameworks find their tests by reflection, so this program brings its own few words.</summary>
internal static class Expect
{
    public static void Equal<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new InvalidOperationException($"{what} is {actual}, not {expected}");
    }

    public static void True(bool condition, [CallerArgumentExpression(nameof(condition))] string what = "") => Equal(true, condition, what);

    public static void Bytes(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        if (!expected.SequenceEqual(actual))
            throw new InvalidOperationException($"{what} has {actual.Length} bytes, which are not the {expected.Length} that were expected");
    }

    /// <summary>Exactly this exception.</summary>
    public static async Task<T> ThrowsAsync<T>(Func<Task> use)
        where T : Exception
    {
        try
        {
            await use();
        }
        catch (Exception e) when (e.GetType() == typeof(T))
        {
            return (T)e;
        }
        throw new InvalidOperationException($"no {typeof(T).Name} was thrown");
    }

    /// <inheritdoc cref="ThrowsAsync"/>
    public static T Throws<T>(Action use)
        where T : Exception
    {
        try
        {
            use();
        }
        catch (T e)
        {
            return e;
        }
        throw new InvalidOperationException($"no {typeof(T).Name} was thrown");
    }
}
