using System.Collections.Concurrent;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.EventLoop;

/// <summary>Callbacks that other threads post to a loop, which runs them once a turn. The only way into a loop from outside.</summary>
internal sealed class PostQueue(INetwork network)
{
    private readonly ConcurrentQueue<Action> _posted = new();

    /// <summary>Callable from any thread.</summary>
    public void Post(Action callback)
    {
        _posted.Enqueue(callback);
        network.Wake();
    }

    /// <summary>On the loop's thread only.</summary>
    public void RunPosted()
    {
        while (_posted.TryDequeue(out Action? callback))
            callback();
    }
}
