namespace FrameRpc.Gateway.EventLoop;

/// <summary>Counters of one worker. Written by its thread only, without locks; other threads read them slightly late.</summary>
internal sealed class WorkerCounters
{
    /// <summary>Times that accepting paused because file descriptors or memory had run out.</summary>
    public long AcceptsExhausted;
    /// <summary>Connections to servers not made because descriptors, ports or memory had run out here.</summary>
    public long ConnectsExhausted;
    /// <summary>Buffers for which the system had no memory: each closed a connection or refused a call.</summary>
    public long BuffersRefused;
    public long CallsAnswered;
    /// <summary>Replies made by the gateway itself: no route, malformed, too large, no server, lost server, timeout, draining.</summary>
    public long CallsRefused;
    /// <summary>Replies discarded because their call had been given up.</summary>
    public long LateReplies;
    /// <summary>Replies with a wrong header or checksum, or a payload that is not a table; answered with 502 instead.</summary>
    public long BadReplies;
    /// <summary>Octets requests that were not forwarded further because their reply had begun.</summary>
    public long RequestsStopped;
    /// <summary>Calls moved to another connection or server, because theirs ended or could not be established before any of their bytes was sent.</summary>
    public long CallsMoved;
    public long ConnectionsRetired;
    /// <summary>Bytes of bodies copied through this process's memory.</summary>
    public long BytesCopied;
    /// <summary>Bytes of bodies spliced from socket to socket inside the kernel.</summary>
    public long BytesSpliced;
    /// <summary>
    /// Pieces of bodies copied although they should have been spliced: no pipe was available, or the kernel cannot splice this kind of socket.
    /// </summary>
    public long SplicesRefused;
    /// <summary>Pieces of bodies long enough to be spliced that <c>auto</c> copied, because that is faster there.</summary>
    public long CopiesChosen;
    public long PipesInUse;
    /// <summary>Pipes closed because a body was cut while they held some of it.</summary>
    public long PipesDiscarded;
    /// <summary>Connections closed because of an exception: each is a bug.</summary>
    public long Exceptions;
    public long Turns;
    /// <summary>Time between waits, in completed turns.</summary>
    public long BusyUs;
    /// <summary>Time without anything to do.</summary>
    public long WaitingUs;
}
