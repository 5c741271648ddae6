using System.Buffers;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Admin.AccessLog;

/// <summary>Writes the access log from the workers' queues on its own thread, because writing may block.</summary>
internal sealed class AccessLogWriter : IDisposable
{
    /// <summary>How often the queues are polled: at 80,000 calls/s a worker's queue of 8,192 lines lasts this long.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Bytes per write; larger writes gain nothing.</summary>
    private const int BatchBytesMax = 256 * 1024;

    /// <summary>
    /// Lines taken from one worker before the next: otherwise a worker that ends calls faster than lines can be written would starve the others.
    /// </summary>
    private const int LinesInTurnMax = 1024;

    /// <summary>Time limit for the last lines when the gateway stops.</summary>
    private static readonly TimeSpan LastLinesMax = TimeSpan.FromSeconds(1);

    /// <summary>Appends, so that rotation by truncation leaves no hole. A new file is not world-readable, because it shows who calls what.</summary>
    private static readonly FileStreamOptions Appending = new()
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
#pragma warning disable CA1416 // The gateway runs on Linux only.
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
#pragma warning restore CA1416
    };

    private readonly IReadOnlyList<AccessQueue> _queues;
    private readonly Stream _to;
    private readonly ArrayBufferWriter<byte> _batch = new(BatchBytesMax);
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private int _batchLines;
    private long _lines;
    private long _lost;

    /// <param name="queues">One for each worker, in their order.</param>
    /// <param name="to">Where the lines go; closed on disposal.</param>
    public AccessLogWriter(IReadOnlyList<AccessQueue> queues, Stream to)
    {
        _queues = queues;
        _to = to;
        _thread = new Thread(Run) { Name = "access log", IsBackground = true };
        _thread.Start();
    }

    public long Lines => Volatile.Read(ref _lines);

    /// <summary>Calls due for a line that have none: the queue was full, or a write failed.</summary>
    public long Dropped => _queues.Sum(queue => queue.Dropped) + Volatile.Read(ref _lost);

    /// <exception cref="IOException">The file cannot be opened; the message has its name and the reason.</exception>
    public static AccessLogWriter Start(string to, IReadOnlyList<WorkerStatistics> workers) =>
        new([.. workers.Select(worker => worker.Ledger.Access!)], Open(to));

    /// <exception cref="IOException">The file cannot be opened; the message has its name and the reason.</exception>
    public static Stream Open(string to)
    {
        try
        {
            return to switch
            {
                AccessLogOptions.StandardOutput => Console.OpenStandardOutput(),
                AccessLogOptions.StandardError => Console.OpenStandardError(),
                // For both directions: opening a named pipe only for writing blocks until it has a reader. Readers may come and go.
                _ when FileSystem.KindOf(to) == FileKind.NamedPipe =>
                    new FileStream(to, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0),
                _ => new FileStream(to, Appending),
            };
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new IOException($"accessLog.to: {to} cannot be written: {problem.Message}", problem);
        }
    }

    /// <summary>Writes the remaining lines, unless that takes too long because the reader has stopped reading.</summary>
    public void Dispose()
    {
        _stop.Set();
        if (!_thread.Join(LastLinesMax))
            return;
        _to.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        bool isLast, isMore = false;
        do
        {
            isLast = _stop.Wait(isMore ? TimeSpan.Zero : Interval);
            isMore = false;
            for (int worker = 0; worker < _queues.Count; worker++)
                isMore |= TakeSome(worker);
            Flush();
        }
        while (!isLast || isMore);
    }

    /// <summary>Whether the queue may hold more.</summary>
    private bool TakeSome(int worker)
    {
        for (int line = 0; line < LinesInTurnMax; line++)
        {
            if (!_queues[worker].TryTake(out AccessRecord call))
                return false;
            Add(call, worker);
        }
        return true;
    }

    private void Add(in AccessRecord call, int worker)
    {
        AccessLine.Write(_batch, call, worker);
        _batchLines++;
        if (_batch.WrittenCount >= BatchBytesMax)
            Flush();
    }

    private void Flush()
    {
        if (_batchLines == 0)
            return;
        bool isBroken = false;
        try
        {
            _to.Write(_batch.WrittenSpan);
            _to.Flush();
            Volatile.Write(ref _lines, _lines + _batchLines);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Disk full, file size limit reached, or reader gone. That may be temporary; the lines lost until then are counted.
            Volatile.Write(ref _lost, _lost + _batchLines);
            isBroken = true;
        }
        _batch.ResetWrittenCount();
        _batchLines = 0;
        // The failed write may have ended in the middle of a line.
        if (isBroken)
            _batch.Write("\n"u8);
    }
}
