namespace FrameRpc.Tests.AotProgram;

/// <summary>Something that the library offers.</summary>
/// <param name="Name">For people.</param>
/// <param name="UseAsync">Uses it, and throws where the result is not what it should be.</param>
internal sealed record Feature(string Name, Func<Task> UseAsync)
{
    /// <summary>One that nobody has to wait for.</summary>
    public Feature(string name, Action use)
        : this(name, () =>
        {
            use();
            return Task.CompletedTask;
        })
    {
    }
}
