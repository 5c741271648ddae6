namespace FrameRpc.Gateway.Backends;

/// <summary>
/// Learns from the replies on shared connections whether a server serves the calls of a connection one after the other (smf's Go server does) or at
/// once. In the first case calls are spread over more connections.
/// </summary>
/// <remarks>
/// A server that takes turns never answers out of order, and a call that arrived while another was served takes longer than one that did not. A server
/// that serves at once answers out of order as soon as its calls take different times, and in one go where they take the same. A wrong guess costs
/// connections, not calls.
/// </remarks>
internal sealed class TurnTaking
{
    /// <summary>Replies in a row that look like turns.</summary>
    private const int EvidenceMin = 8;

    /// <summary>Shorter times between replies say nothing: they may be one packet, or a pause of this process.</summary>
    private const long GapUsMin = 2_000;

    private int _evidence;
    private long _leastLatencyUs = long.MaxValue;

    public bool IsLearned => _evidence >= EvidenceMin;

    /// <summary>A reply on a connection that carries other calls, too.</summary>
    /// <param name="inOrder">No earlier call of the connection is unanswered.</param>
    /// <param name="sentUs">When the call was sent.</param>
    /// <param name="repliedBeforeUs">The reply before this one on the connection.</param>
    public void NoteReply(bool inOrder, long sentUs, long repliedBeforeUs, long nowUs)
    {
        long tookUs = nowUs - sentUs;
        _leastLatencyUs = Math.Min(_leastLatencyUs, tookUs);
        if (!inOrder)
        {
            _evidence = 0;
            return;
        }
        bool hasWaited = sentUs < repliedBeforeUs;
        if (!hasWaited || IsLearned)
            return;
        bool looksLikeTurn = nowUs - repliedBeforeUs >= GapUsMin && tookUs >= _leastLatencyUs + (_leastLatencyUs / 2);
        _evidence = looksLikeTurn ? _evidence + 1 : Math.Max(0, _evidence - 1);
    }
}
