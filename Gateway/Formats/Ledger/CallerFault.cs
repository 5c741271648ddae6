namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>Why the gateway ends the connection of a caller by itself: a label of <c>frpc_callers_closed_total</c>.</summary>
internal enum CallerFault : byte
{
    /// <summary>It read too little of its replies for <c>writeTimeout</c>.</summary>
    ReadsSlowly,
    /// <summary>It left more unread than <c>replyBufferMax</c>.</summary>
    TooMuchUnread,
    /// <summary>It moved too little of its call for <c>writeTimeout</c>, while other calls waited for the server connection that it holds.</summary>
    HoldsUpOthers,
    /// <summary>It moved a streamed body more slowly than <c>bytesPerSecondMin</c>.</summary>
    TooSlow,
    /// <summary>It took longer than <c>requestTimeout</c> to send a request.</summary>
    RequestTimedOut,
    /// <summary>It went on sending a request that was refused.</summary>
    RefusedBody,
    /// <summary>It had no call in progress for <c>idleTimeout</c>.</summary>
    Idle,
}

internal static class CallerFaults
{
    /// <summary>For the log: the end of a sentence about the caller.</summary>
    public static string Describe(CallerFault fault) => fault switch
    {
        CallerFault.ReadsSlowly => "it read too little of its replies for writeTimeout",
        CallerFault.TooSlow => "it moved a streamed body more slowly than bytesPerSecondMin",
        CallerFault.TooMuchUnread => "it left more unread than replyBufferMax",
        _ => "it moved too little of its call for writeTimeout while other calls waited for a server connection",
    };

    public static string LabelOf(CallerFault fault) => fault switch
    {
        CallerFault.ReadsSlowly => "reads_slowly",
        CallerFault.TooMuchUnread => "too_much_unread",
        CallerFault.HoldsUpOthers => "holds_up_others",
        CallerFault.TooSlow => "too_slow",
        CallerFault.RequestTimedOut => "request_timed_out",
        CallerFault.RefusedBody => "refused_body",
        _ => "idle",
    };
}
