using System.Collections.Concurrent;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Workers;

/// <summary>What the control plane wants of a worker, done between two turns of its loop. The only way in from other threads.</summary>
internal sealed class Mailbox(INetwork network)
{
    private readonly ConcurrentQueue<Action> _letters = new();

    public void Post(Action letter)
    {
        _letters.Enqueue(letter);
        network.Wake();
    }

    /// <summary>On the worker's thread.</summary>
    public void Open()
    {
        while (_letters.TryDequeue(out Action? letter))
            letter();
    }
}
