using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Gateway.Backends;

/// <summary>Who is at fault when a connection or a call fails. Only <see cref="Server"/> counts against a server's health.</summary>
internal enum FaultOrigin : byte
{
    /// <summary>This process or machine has run out of descriptors, ports, memory, or room in the queue of a Unix socket.</summary>
    Gateway,
    /// <summary>The connection: others to the same server are not affected.</summary>
    Connection,
    /// <summary>The server.</summary>
    Server,
    /// <summary>The caller, which sent or read too slowly, or left.</summary>
    Caller,
}

/// <summary>What a server did wrong, as evidence against it.</summary>
internal enum ServerFault : byte
{
    /// <summary>It ended a connection with calls in flight, or directly after it had accepted it.</summary>
    Lost,
    /// <summary>It did not reply in time.</summary>
    NoReply,
    /// <summary>It sent a reply that is not valid, or not of the declared type.</summary>
    BadReply,
    /// <summary>It sent a reply that matches no call.</summary>
    WrongSession,
    /// <summary>It replied with a status that its backend counts as a fault; see <see cref="Configuration.EjectOptions.Statuses"/>.</summary>
    Status,
}

/// <summary>The rules by which failures are attributed. Every failure is judged here, and nowhere else.</summary>
internal static class FaultRules
{
    /// <summary>A connection to a server could not be established.</summary>
    /// <param name="error">The errno.</param>
    public static FaultOrigin OfConnect(int error) => LocalShortage.Is(error) ? FaultOrigin.Gateway : FaultOrigin.Server;

    /// <summary>An established connection to a server has ended.</summary>
    /// <param name="error">The errno that broke it; 0 if it ended in order.</param>
    /// <param name="byServer">The server, or something on the way to it, ended it; otherwise the gateway did, for a reason that is judged where it arose.</param>
    /// <param name="callsLost">Calls whose requests the server had at least in part, and whose callers wait.</param>
    /// <param name="isFresh">It was established a moment ago, and no reply has arrived on it.</param>
    public static FaultOrigin OfEnd(int error, bool byServer, int callsLost, bool isFresh) =>
        LocalShortage.Is(error) ? FaultOrigin.Gateway
        // A server that accepts connections only to close them would otherwise get all calls: each of them fails at once.
        : byServer && (callsLost > 0 || isFresh) ? FaultOrigin.Server
        : FaultOrigin.Connection;

    /// <summary>A call did not move for as long as it may.</summary>
    /// <param name="callerOwesRequest">The caller has not sent its whole request, and the server has all that came.</param>
    /// <param name="callerOwesReading">The reply has begun, and its caller does not read it.</param>
    public static FaultOrigin OfTimeout(bool callerOwesRequest, bool callerOwesReading) => callerOwesRequest || callerOwesReading ? FaultOrigin.Caller : FaultOrigin.Server;
}
