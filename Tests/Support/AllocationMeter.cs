namespace FrameRpc.Tests;

/// <summary>Adds up what this thread allocates between <see cref="Begin"/> and <see cref="End"/>, piece by piece.</summary>
/// <remarks>
/// A collection that another thread causes takes the rest of this thread's allocation context away, and the runtime counts
/// that rest, up to 8 KiB, as allocated by this thread. So a piece of work in which somebody collected says nothing, and is
/// left out; pieces are short, and nearly all of them count.
/// </remarks>
internal struct AllocationMeter
{
    private long _allocatedBefore;
    private int _collectionsBefore;
    private int _counted;
    private int _allocating;
    private int _leftOut;

    public long Bytes { get; private set; }

    public void Begin()
    {
        _collectionsBefore = GC.CollectionCount(0);
        _allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
    }

    public void End()
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread() - _allocatedBefore;
        if (GC.CollectionCount(0) != _collectionsBefore)
        {
            _leftOut++;
            return;
        }
        _counted++;
        _allocating += allocated > 0 ? 1 : 0;
        Bytes += allocated;
    }

    public readonly async Task AssertNothing()
    {
        await Assert.That(Bytes).IsEqualTo(0);
        await AssertEnoughCounted();
    }

    /// <summary>
    /// For real sockets, where chance decides which path is taken: one that is taken for the first time is compiled then, and
    /// the runtime may allocate for that. What a call allocates shows in every piece, and what compiling does in one.
    /// </summary>
    public readonly async Task AssertNothingPerCall()
    {
        await Assert.That(_allocating * 1000 <= _counted).IsTrue().Because($"{_allocating} of {_counted} calls allocated, {Bytes} bytes in all");
        await AssertEnoughCounted();
    }

    private readonly async Task AssertEnoughCounted() =>
        await Assert.That(_counted > 9 * _leftOut).IsTrue()
            .Because($"{_leftOut} pieces of work met a collection and only {_counted} did not: too few to say anything");
}
