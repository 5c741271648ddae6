using System.Buffers;
using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Admin.AccessLog;

/// <summary>Writes the access log from the workers' queues, in a thread of its own: what it writes to may block for as long as it likes.</summary>
internal sealed class AccessLogWriter : IDisposable
{
    /// <summary>How often the queues are looked at: at 80,000 calls/s a worker's queue of 8,192 lines lasts as long.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Written at once; larger writes gain nothing.</summary>
    private const int BatchBytesMax = 256 * 1024;

    /// <summary>Of one worker before the next has its turn: one that ends calls faster than they can be written would else be told alone.</summary>
    private const int LinesInTurnMax = 1024;

    /// <summary>How long the last lines may take at the end.</summary>
    private static readonly TimeSpan LastLinesMax = TimeSpan.FromSeconds(1);

    /// <summary>In every write: what rotates the file by truncating it leaves no hole. A new file is not the world's to read, because it says who calls what.</summary>
    private static readonly FileStreamOptions Appending = new()
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
#pragma warning disable CA1416 // Windows has no such modes, and no gateway.
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

    /// <param name="queues">The workers', in their order.</param>
    /// <param name="to">Where the lines go; closed at the end.</param>
    public AccessLogWriter(IReadOnlyList<AccessQueue> queues, Stream to)
    {
        _queues = queues;
        _to = to;
        _thread = new Thread(Run) { Name = "access log", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Lines written.</summary>
    public long Lines => Volatile.Read(ref _lines);

    /// <summary>Calls that were to be told and were not: no room in a queue, or a write that failed.</summary>
    public long Dropped => _queues.Sum(queue => queue.Dropped) + Volatile.Read(ref _lost);

    /// <exception cref="IOException">The file cannot be opened; the message says which and why.</exception>
    public static AccessLogWriter Start(string to, IReadOnlyList<WorkerStatistics> workers) =>
        new([.. workers.Select(worker => worker.Ledger.Access!)], Open(to));

    /// <exception cref="IOException">The file cannot be opened; the message says which and why.</exception>
    public static Stream Open(string to)
    {
        try
        {
            return to switch
            {
                AccessLogOptions.StandardOutput => Console.OpenStandardOutput(),
                AccessLogOptions.StandardError => Console.OpenStandardError(),
                // For both directions, because opening one for writing waits until somebody reads. So its reader may come later, leave and come again.
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

    /// <summary>Writes what is left, unless that takes too long: then its reader has stopped reading, and the end may not wait for it.</summary>
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

    /// <summary>Whether there may be more.</summary>
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
            // The disk is full, the file as large as it may be, or its reader gone: it may end, and the lines until then are counted.
            Volatile.Write(ref _lost, _lost + _batchLines);
            isBroken = true;
        }
        _batch.ResetWrittenCount();
        _batchLines = 0;
        // A part of what failed may have been written, and end in the middle of a line.
        if (isBroken)
            _batch.Write("\n"u8);
    }
}
