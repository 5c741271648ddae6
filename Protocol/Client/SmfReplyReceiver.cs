using System.Buffers;
using System.IO.Pipelines;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Limits;
using FrameRpc.Protocol.Smf;

namespace FrameRpc.Protocol.Client;

/// <summary>Reads a connection's replies and completes their calls. An invalid reply fails only its own call.</summary>
internal sealed class SmfReplyReceiver(PipeReader input, SmfClientConnection connection, SmfClientSessions sessions, Budget places) : SmfReceiver(input)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Sessions answered in the current turn.
    private ushort[] _answered = new ushort[64];
    private int _answeredCount;
    private int _late;

    // Of the reply being received.
    private long _memoryBytes;

    public void Start() => Receive();

    /// <summary>Stops reading; completes when no read is under way.</summary>
    public Task StopAsync()
    {
        StopReceiving();
        return _over.Task;
    }

    protected override bool OnHeader(in SmfHeader header)
    {
        SmfClientCall? call = sessions.Peek(header.Session);
        if (call is null)
        {
            connection.OnUnknownSession(header.Session);
            return false;
        }
        if (call == SmfClientSessions.Abandoned)
        {
            _ = Answer(header.Session);
            return false;
        }
        if (Refusal(header) is { } refusal)
        {
            if (Answer(header.Session) is { } refused)
            {
                refused.SetFailure(new RpcProtocolException($"{connection.Peer}: the reply to {refused.Id} {refusal}"));
                Add(refused);
            }
            return false;
        }
        // Whole small replies complete their calls at once. A large one arrives in many reads and occupies memory that a server may be slow to fill.
        if (header.Size >= SmfOutput.LargeBytesMin)
        {
            _memoryBytes = header.Size;
            connection.Memory.TakeAnyway(_memoryBytes);
        }
        return true;
    }

    protected override void OnMessage(in SmfHeader header, byte[] payload)
    {
        ReturnMemory();
        if (Answer(header.Session) is { } call)
        {
            call.SetReply(header, payload);
            Add(call);
        }
        else
        {
            ArrayPool<byte>.Shared.Return(payload);
        }
    }

    // Before the answered calls continue: the next call may then be alone, and find a free session.
    protected override void OnTurnOver()
    {
        if (_answeredCount > 0)
            FreeAnswered();
        connection.CloseIfRetiredAndIdle();
    }

    private void FreeAnswered()
    {
        sessions.Free(_answered.AsSpan(0, _answeredCount), _late);
        places.Return(_answeredCount);
        if (_late > 0)
            connection.OnLateReplies(_late);
        _answeredCount = 0;
        _late = 0;
    }

    protected override void OnEnded(Exception? reason)
    {
        ReturnMemory();
        _ = _over.TrySetResult();
        connection.Lose(reason);
    }

    private void ReturnMemory()
    {
        if (_memoryBytes > 0)
            connection.Memory.Return(_memoryBytes);
        _memoryBytes = 0;
    }

    private string? Refusal(in SmfHeader header) => header.CheckReply() switch
    {
        SmfFault.Empty => "has no payload, which the format does not allow",
        SmfFault.NoChecksum => "has no checksum",
        SmfFault.NoStatus => "has no status",
        _ when header.Size > (uint)connection.MessageBytesMax => $"has {header.Size} bytes, more than the limit of {connection.MessageBytesMax}",
        _ => null,
    };

    /// <summary>The call that waits for this reply; null if none does any more.</summary>
    private SmfClientCall? Answer(ushort session)
    {
        SmfClientCall? call = sessions.Take(session);
        if (_answeredCount == _answered.Length)
            Array.Resize(ref _answered, _answeredCount * 2);
        _answered[_answeredCount++] = session;
        if (call != SmfClientSessions.Abandoned)
            return call;
        _late++;
        return null;
    }
}
