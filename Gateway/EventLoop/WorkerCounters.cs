namespace FrameRpc.Gateway.EventLoop;

/// <summary>What one worker has done. Written by its thread alone, without locks; read by others, who may see it a moment late.</summary>
internal sealed class WorkerCounters
{
    /// <summary>Callers that had to wait because file descriptors or memory had run out.</summary>
    public long AcceptsExhausted;
    /// <summary>Connections to servers that could not be made for want of file descriptors, ports or memory here.</summary>
    public long ConnectsExhausted;
    /// <summary>Buffers for which the system gave no memory: each closed a connection, or refused its call.</summary>
    public long BuffersRefused;
    public long CallsAnswered;
    /// <summary>Replies made by the gateway itself: no route, malformed, too large, no server, lost server, timeout, draining.</summary>
    public long CallsRefused;
    /// <summary>Replies that came after their call was given up, and were discarded.</summary>
    public long LateReplies;
    /// <summary>Replies whose header or checksum was wrong, or whose payload was no table, answered with 502 instead.</summary>
    public long BadReplies;
    /// <summary>Octets requests that were not sent on because their reply had begun.</summary>
    public long RequestsStopped;
    /// <summary>Calls put on another server because theirs could not be reached.</summary>
    public long ServersPassedOver;
    public long ConnectionsRetired;
    /// <summary>Callers closed because they left too many replies unread.</summary>
    public long SlowCallersClosed;
    /// <summary>Bytes of bodies that passed through this process's memory.</summary>
    public long BytesCopied;
    /// <summary>Bytes of bodies that passed from socket to socket inside the kernel.</summary>
    public long BytesSpliced;
    /// <summary>Pieces of bodies that were copied although they were to be spliced: no pipe could be had, or the kernel does not splice this kind of socket.</summary>
    public long SplicesRefused;
    /// <summary>Pieces of bodies long enough to be spliced that <c>auto</c> copied, because that was measured to be faster.</summary>
    public long CopiesChosen;
    public long PipesInUse;
    /// <summary>Pipes closed because a body was broken off while they held some of it.</summary>
    public long PipesDiscarded;
    /// <summary>Connections closed because of an exception: each is a bug.</summary>
    public long Exceptions;
    public long Turns;
    /// <summary>Time between the waits, in turns that are over.</summary>
    public long BusyUs;
    /// <summary>Time in which there was nothing to do.</summary>
    public long WaitingUs;
}
