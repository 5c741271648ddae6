namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>How far the request of a call is on its server connection.</summary>
internal enum OutgoingRequestState : byte
{
    /// <summary>Nothing of it is written.</summary>
    NotBegun,
    /// <summary>The header part is written; the data part follows as it arrives.</summary>
    Sending,
    /// <summary>Written completely. Some of it may still wait for the socket.</summary>
    Written,
    /// <summary>Stopped by an early reply. Nothing more of it is written.</summary>
    Cut,
}

/// <summary>
/// The request of a call on its server connection: how far it is, and how the connection has to close so that the server cannot
/// take an incomplete request for a complete one.
/// </summary>
internal sealed class OutgoingRequest(FrameServerConnection connection)
{
    private long _cutPayloadBytes;

    public OutgoingRequestState State { get; private set; }

    public bool IsOver => State is OutgoingRequestState.Written or OutgoingRequestState.Cut;

    /// <summary>The kernel has all of it.</summary>
    public bool IsSent => State == OutgoingRequestState.Written && connection.OutputBytes == 0;

    public void Reset() => State = OutgoingRequestState.NotBegun;

    public void Begin(ReadOnlySpan<byte> headerJson)
    {
        Transition(OutgoingRequestState.Sending);
        FrameOutput.WriteHeader(connection, headerJson);
    }

    /// <summary>The request was begun on another connection, and none of it was sent there.</summary>
    public void Continue() => Transition(OutgoingRequestState.Sending);

    public void End() => Transition(OutgoingRequestState.Written);

    /// <summary>Drops what is not sent of the request.</summary>
    /// <param name="payloadBytesLeft">What the server still expects of the current frame.</param>
    public void Cut(long payloadBytesLeft)
    {
        Transition(OutgoingRequestState.Cut);
        _cutPayloadBytes = payloadBytesLeft;
        // Without a reset the frame has to be filled up before the connection closes, and the unsent output is part of that frame.
        if (connection.CanReset)
            connection.DropUnsent();
    }

    /// <summary>Closes the connection before the end of the call.</summary>
    /// <param name="payloadBytesLeft">What the server still expects of the current frame. Ignored where the request was cut: that frame counts.</param>
    public void Break(long payloadBytesLeft)
    {
        switch (State)
        {
            case OutgoingRequestState.Cut when connection.CanReset:
                connection.Abort();
                break;
            case OutgoingRequestState.Cut:
                FrameOutput.Break(connection, _cutPayloadBytes);
                break;
            // Without a reset, unsent output has to follow: an orderly close inside a frame reads as its normal end.
            case OutgoingRequestState.Written when connection.CanReset || IsSent:
                connection.Abort();
                break;
            case OutgoingRequestState.Written:
                FrameOutput.Break(connection, payloadBytesLeft: 0);
                break;
            default:
                FrameOutput.Break(connection, payloadBytesLeft);
                break;
        }
    }

    /// <remarks>NotBegun → Sending. Sending → Written, Cut. Written → Cut (not all of it is sent).</remarks>
    private void Transition(OutgoingRequestState next)
    {
        bool isPossible = next switch
        {
            OutgoingRequestState.Sending => State == OutgoingRequestState.NotBegun,
            OutgoingRequestState.Written => State == OutgoingRequestState.Sending,
            OutgoingRequestState.Cut => State is OutgoingRequestState.Sending or OutgoingRequestState.Written,
            _ => false,
        };
        if (!isPossible)
            throw new InvalidOperationException($"a frame request that is {State} on its server connection cannot become {next}");
        State = next;
    }
}
