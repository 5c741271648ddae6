namespace FrameRpc.Protocol.Smf;

/// <summary>
/// The session numbers of one connection, 1 to 65,535, first in, first out: a freed number rests until at least
/// <see cref="RestingMin"/> others are free as well, or all have been issued.
/// </summary>
/// <remarks>
/// A server that answers twice does so under a number that was freed by its first answer. While the number rests, the second
/// answer belongs to no call and is found out; a number in use again would give it to another call. Not thread-safe.
/// </remarks>
internal sealed class SmfSessionNumbers
{
    /// <summary>All that 16 bits can name without 0, which is what a header says that was never filled in.</summary>
    public const int Max = ushort.MaxValue;

    /// <summary>How many others are free before a number is used again.</summary>
    public const int RestingMin = 256;

    private readonly Queue<ushort> _resting = new();

    /// <summary>The highest number that was ever taken: all up to it have been.</summary>
    public int Issued { get; private set; }

    /// <summary>How many are taken now.</summary>
    public int Taken => Issued - _resting.Count;

    /// <summary>Takes the number that has been free the longest, or one that was never used.</summary>
    /// <exception cref="InvalidOperationException">All are taken.</exception>
    public ushort Take()
    {
        if (_resting.Count > RestingMin || Issued == Max)
            return _resting.Dequeue();
        return (ushort)++Issued;
    }

    /// <summary>Lets a taken number rest.</summary>
    public void Free(ushort number) => _resting.Enqueue(number);
}
