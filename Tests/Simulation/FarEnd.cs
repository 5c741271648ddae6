using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Simulation;

/// <summary>A scripted peer of the gateway: a caller or a server at the far end of a simulated connection.</summary>
internal abstract class FarEnd
{
    [ThreadStatic]
    private static byte[]? t_room;

    private readonly ByteQueue _outbox = new();
    private bool _endWhenSent;
    private bool _isMute;
    private bool _isRunning;
    private bool _runAgain;

    private static byte[] Room => t_room ??= new byte[64 * 1024];

    public SimulatedSocket Socket { get; set; } = null!;

    /// <summary>Received bytes that have not been parsed.</summary>
    public ByteQueue Inbox { get; } = new();

    /// <summary>Whether it reads what the gateway sends. See <see cref="Resume"/>.</summary>
    public bool IsReading { get; set; } = true;

    /// <summary>The gateway closed its stream in order.</summary>
    public bool SawEnd { get; private set; }

    /// <summary>The gateway reset the connection.</summary>
    public bool SawReset { get; private set; }

    public bool IsOver => SawEnd || SawReset || Socket.IsClosed;

    public long BytesReceived { get; private set; }

    public int UnsentBytes => _outbox.Count;

    /// <summary>Sends when the connection accepts it; nothing after <see cref="EndSending"/> or <see cref="Mute"/>.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        if (_endWhenSent || _isMute)
            return;
        _outbox.Append(bytes);
        Run();
    }

    /// <summary>Shuts down the sending direction when everything is sent.</summary>
    public void EndSending()
    {
        _endWhenSent = true;
        Run();
    }

    /// <summary>Sends nothing more, and stays connected.</summary>
    public void Mute() => _isMute = true;

    public void Close() => Socket.Close();

    public void Reset() => Socket.Abort();

    /// <summary>Reads again.</summary>
    public void Resume()
    {
        IsReading = true;
        Run();
    }

    /// <summary>Reads at most this many bytes while reading is otherwise paused.</summary>
    public void ReadSome(int bytes)
    {
        if (Socket.IsClosed)
            return;
        Transfer received = Socket.Receive(Room.AsSpan(0, Math.Min(bytes, Room.Length)));
        Take(received);
    }

    internal void Run()
    {
        _runAgain = true;
        if (_isRunning)
            return;
        _isRunning = true;
        while (_runAgain && Socket is { IsClosed: false, IsConnecting: false })
        {
            _runAgain = false;
            SendOutbox();
            while (IsReading && !IsOver && Take(Socket.Receive(Room)))
            {
            }
        }
        _isRunning = false;
    }

    private void SendOutbox()
    {
        while (_outbox.Count > 0)
        {
            Transfer sent = Socket.Send(_outbox.Bytes, moreFollows: false);
            if (sent.Status == TransferStatus.Failed)
                _outbox.Clear();
            if (sent.Status != TransferStatus.Done)
                return;
            _outbox.Skip(sent.Bytes);
        }
        if (_endWhenSent)
            Socket.EndSending();
    }

    protected abstract void OnReceived();

    /// <summary>The gateway will send nothing more.</summary>
    protected virtual void OnOver()
    {
    }

    private bool Take(Transfer received)
    {
        switch (received.Status)
        {
            case TransferStatus.Done:
                BytesReceived += received.Bytes;
                Inbox.Append(Room.AsSpan(0, received.Bytes));
                OnReceived();
                return true;
            case TransferStatus.EndOfStream:
                SawEnd = true;
                OnOver();
                return false;
            case TransferStatus.Failed:
                SawReset = true;
                OnOver();
                return false;
            default:
                return false;
        }
    }
}
