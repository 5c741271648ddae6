namespace FrameRpc.Protocol.Smf;

/// <summary>
/// The session numbers of one connection, 1 to 65,535, first in, first out: a freed number rests until at least <see cref="RestingMin"/> others are
/// also free, or all have been issued.
/// </summary>
/// <remarks>
/// A server that replies twice does so under a number that was freed by its first reply. While the number rests, the second reply belongs to no call
/// and is detected; if it were reused, another call would get that reply. Not thread-safe.
/// </remarks>
internal sealed class SmfSessionNumbers
{
    /// <summary>All 16-bit numbers except 0, which means a header that was never filled in.</summary>
    public const int Max = ushort.MaxValue;

    /// <summary>How many others must be free before a number is reused.</summary>
    public const int RestingMin = 256;

    private readonly Queue<ushort> _resting = new();

    /// <summary>The highest number ever taken: all up to it have been.</summary>
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

    /// <summary>Frees a taken number, which then rests.</summary>
    public void Free(ushort number) => _resting.Enqueue(number);
}
