namespace FrameRpc.Protocol.Smf;

/// <summary>The work for one message, done once the connection's next read is under way: it may run user code, which may block.</summary>
internal abstract class SmfWork : IThreadPoolWorkItem
{
    private SmfWork? _next;

    public abstract void Execute();

    /// <summary>The messages of one turn of a read loop, in order. It belongs to that turn: the next one may run concurrently.</summary>
    public struct Batch
    {
        private SmfWork? _first;
        private SmfWork? _last;

        public void Add(SmfWork work)
        {
            if (_last is null)
                _first = work;
            else
                _last._next = work;
            _last = work;
        }

        /// <summary>Queues all of them to the thread pool, for a thread that has more to read at once.</summary>
        public readonly void Queue()
        {
            for (SmfWork? work = _first; work is not null;)
                work = QueueOne(work);
        }

        /// <summary>
        /// Queues all but the last to the thread pool, and runs that one here: a single message needs no thread switch, and one that blocks holds up
        /// no other.
        /// </summary>
        public readonly void Run()
        {
            SmfWork? work = _first;
            if (work is null)
                return;
            while (work != _last)
                work = QueueOne(work!);
            work!.Execute();
        }

        // Once queued, the object may have completed and be reused for another batch.
        private static SmfWork? QueueOne(SmfWork work)
        {
            SmfWork? next = work._next;
            work._next = null;
            _ = ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: true);
            return next;
        }
    }
}
