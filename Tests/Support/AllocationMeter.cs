namespace FrameRpc.Tests;

/// <summary>Adds up what this thread allocates between <see cref="Begin"/> and <see cref="End"/>, piece by piece.</summary>
/// <remarks>
/// A collection caused by another thread discards the rest of this thread's allocation context, and the runtime counts that rest, up to 8 KiB, as
/// allocated by this thread. So pieces of work during which a collection ran are left out; pieces are short, and nearly all of them count.
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
    /// For real sockets, where timing decides which path is taken: a path is compiled when it is first taken, and the runtime may allocate for that.
    /// An allocation per call shows in every piece, one for compiling in a single piece.
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
