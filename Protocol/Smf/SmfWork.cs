namespace FrameRpc.Protocol.Smf;

/// <summary>Something to do for one message, once the connection's next read is under way: it may run user code, which may block.</summary>
internal abstract class SmfWork : IThreadPoolWorkItem
{
    private SmfWork? _next;

    public abstract void Execute();

    /// <summary>The messages of one turn of a read loop, in order. It belongs to that turn: the next one may run beside it.</summary>
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

        /// <summary>Gives all to the thread pool. For a thread that has more to read at once.</summary>
        public readonly void Queue()
        {
            for (SmfWork? work = _first; work is not null;)
                work = QueueOne(work);
        }

        /// <summary>
        /// Gives all but the last to the thread pool, and runs that one here: a single message costs no thread hop, and one that blocks holds up no other.
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

        // Once queued, the object may be through and in use again, for another batch.
        private static SmfWork? QueueOne(SmfWork work)
        {
            SmfWork? next = work._next;
            work._next = null;
            _ = ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: true);
            return next;
        }
    }
}
