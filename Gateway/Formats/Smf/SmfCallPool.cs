using FrameRpc.Gateway.Backends;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Formats.Ledger;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>Calls of one worker, ready to be used again.</summary>
internal sealed class SmfCallPool(Loop loop)
{
    /// <summary>What a burst leaves beyond this is left to the garbage collector: 4,096 calls in flight are a steady state, 65,535 are not.</summary>
    private const int KeptMax = 4096;

    /// <summary>Linked through the calls themselves: a stack's array would check the type of each call that is put into it.</summary>
    private SmfCall? _firstFree;
    private int _freeCount;

    public SmfCall Rent()
    {
        if (_firstFree is not { } call)
            return new SmfCall(this);
        _firstFree = call.NextFree;
        call.NextFree = null;
        _freeCount--;
        return call;
    }

    public void Return(SmfCall call)
    {
        if (_freeCount == KeptMax)
            return;
        call.NextFree = _firstFree;
        _firstFree = call;
        _freeCount++;
    }

    /// <summary>Ends the call if its time is up, if no byte of it has moved for the timeout of its route, or if too few have.</summary>
    public void OnDue(SmfCall call)
    {
        call.NoteSent();
        if (loop.NowMs >= call.DueMs)
            TimeOut(call, call.Route.Policy.DeadlineMs > 0 ? RejectReason.Deadline : RejectReason.TimedOut);
        else if (loop.NowMs - call.LastMovedMs >= call.Route.Policy.TimeoutMs)
            TimeOut(call, RejectReason.TimedOut);
        else if (call.Caller is not { } caller || !EndIfSlow(call, caller))
            call.ArmTimer(loop);
    }

    /// <summary>False if the call may go on.</summary>
    private bool EndIfSlow(SmfCall call, SmfCaller caller)
    {
        StreamSide awaited = caller.AwaitedOf(call);
        if (!call.IsTooSlow(awaited, loop.NowMs))
            return caller.CloseIfBlocking(call);
        if (awaited == StreamSide.Caller)
            caller.CloseSlow(CallerFault.TooSlow);
        else
            TimeOut(call, RejectReason.ServerTooSlow);
        return true;
    }

    private static void TimeOut(SmfCall call, RejectReason why)
    {
        if (call.ServerConnection is { } connection)
            connection.OnCallTimedOut(call, why);
        else if (call.Moved is { } moved)
            moved.OnTimedOut(why);
        else
            call.Caller!.OnConnectionTimedOut(why);
    }
}
