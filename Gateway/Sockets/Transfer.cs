namespace FrameRpc.Gateway.Sockets;

/// <summary>How a receive or a send ended.</summary>
internal enum TransferStatus : byte
{
    /// <summary>At least one byte was moved.</summary>
    Done,
    /// <summary>Nothing could be moved now; readiness is reported when it can.</summary>
    WouldBlock,
    /// <summary>The peer ended its stream in order. Receives only.</summary>
    EndOfStream,
    /// <summary>The connection is broken. <see cref="Transfer.Error"/> has the errno.</summary>
    Failed,
}

/// <summary>The result of one receive or send: bytes moved, or why none were. A value, because nothing throws on the data path.</summary>
internal readonly record struct Transfer
{
    private readonly int _bytesOrError;

    private Transfer(TransferStatus status, int bytesOrError)
    {
        Status = status;
        _bytesOrError = bytesOrError;
    }

    public static Transfer WouldBlock => new(TransferStatus.WouldBlock, 0);

    public static Transfer EndOfStream => new(TransferStatus.EndOfStream, 0);

    public TransferStatus Status { get; }

    public int Bytes => Status == TransferStatus.Done ? _bytesOrError : 0;

    public int Error => Status == TransferStatus.Failed ? _bytesOrError : 0;

    public static Transfer Done(int bytes) => new(TransferStatus.Done, bytes);

    public static Transfer Failed(int error) => new(TransferStatus.Failed, error);
}
