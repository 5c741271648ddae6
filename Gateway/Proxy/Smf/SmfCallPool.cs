using FrameRpc.Gateway.Workers;

namespace FrameRpc.Gateway.Proxy.Smf;

/// <summary>Calls of one worker, ready to be used again.</summary>
internal sealed class SmfCallPool(EventLoop loop)
{
    /// <summary>What a burst leaves beyond this goes to the collector: 4,096 calls in flight are steady state, 65,535 are not.</summary>
    private const int KeptMax = 4096;

    private readonly Stack<SmfCall> _free = new();

    public SmfCall Rent() => _free.TryPop(out SmfCall? call) ? call : new SmfCall(this);

    public void Return(SmfCall call)
    {
        if (_free.Count < KeptMax)
            _free.Push(call);
    }

    /// <summary>Looks whether the call's time is up: nothing of it has moved for as long as its route allows.</summary>
    public void OnDue(SmfCall call)
    {
        call.NoteSent();
        long stillMs = loop.NowMs - call.LastMovedMs;
        if (stillMs < call.Route.TimeoutMs)
        {
            if (call.Caller is not { } caller || !caller.CloseIfInTheWay(call, stillMs))
                call.ArmTimer(loop);
            return;
        }
        loop.Counters.CallsTimedOut++;
        if (call.Lane is { } lane)
            lane.OnCallTimedOut(call);
        else
            call.Caller!.OnLaneTimedOut(call);
    }
}
