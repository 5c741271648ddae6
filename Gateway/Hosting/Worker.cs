using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Gateway.Sockets.Pipes;
using Microsoft.Extensions.Logging;

namespace FrameRpc.Gateway.Hosting;

/// <summary>One thread with an event loop of its own.</summary>
internal sealed partial class Worker
{
    private readonly ILogger _log;
    private readonly Thread _thread;
    private bool _stopped;

    public Worker(int number, IReadOnlyDictionary<Address, KernelAddress> resolved, ILogger log, RelayPolicy? relay = null)
    {
        Number = number;
        _log = log;
        Network = new EpollNetwork(resolved);
        Loop = new Loop(Network, TimeProvider.System, new Random(), log, relay);
        _thread = new Thread(Run) { Name = $"worker {number}", IsBackground = true };
    }

    public int Number { get; }

    public EpollNetwork Network { get; }

    public Loop Loop { get; }

    public void Start() => _thread.Start();

    /// <summary>Ends the loop after its turn, and waits for that. Connections that are still open end with the process.</summary>
    public void Stop()
    {
        Loop.Post(() => _stopped = true);
        _thread.Join();
    }

    private void Run()
    {
        try
        {
            while (!_stopped)
                Loop.Turn(waitMsMax: -1);
        }
        catch (Exception bug)
        {
            // What every connection of this worker relies on is broken; a half-dead gateway is worse than a restarted one.
            LogLoopFailed(bug, Number);
            Environment.FailFast($"worker {Number} failed", bug);
        }
    }
}
