using FrameRpc.Gateway.EventLoop;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting;

/// <summary>The thread that runs one event loop.</summary>
internal sealed partial class WorkerThread
{
    private readonly int _number;
    private readonly Loop _loop;
    private readonly ILogger _log;
    private readonly Thread _thread;
    private bool _stopped;

    public WorkerThread(int number, Loop loop, ILogger log)
    {
        _number = number;
        _loop = loop;
        _log = log;
        _thread = new Thread(Run) { Name = $"worker {number}", IsBackground = true };
    }

    public void Start() => _thread.Start();

    /// <summary>Ends the loop after its current turn and waits for it. Connections that are still open end with the process.</summary>
    public void Stop()
    {
        _loop.Post(() => _stopped = true);
        _thread.Join();
    }

    private void Run()
    {
        try
        {
            while (!_stopped)
                _loop.Turn(waitMsMax: -1);
        }
        catch (Exception bug)
        {
            // The state that all connections of this worker rely on is broken; a partly working gateway is worse than a restarted one.
            LogLoopFailed(bug, _number);
            Environment.FailFast($"worker {_number} failed", bug);
        }
    }
}
