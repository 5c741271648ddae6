using FrameRpc.Gateway.EventLoop;

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

    /// <summary>Ends the call if no byte of it has moved for the timeout of its route.</summary>
    public void OnDue(SmfCall call)
    {
        call.NoteSent();
        long stillMs = loop.NowMs - call.LastMovedMs;
        if (stillMs < call.Route.Policy.TimeoutMs)
        {
            if (call.Caller is not { } caller || !caller.CloseIfBlocking(call))
                call.ArmTimer(loop);
            return;
        }
        if (call.ServerConnection is { } connection)
            connection.OnCallTimedOut(call);
        else
            call.Caller!.OnConnectionTimedOut();
    }
}
