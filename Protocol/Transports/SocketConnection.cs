using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;

namespace FrameRpc.Protocol.Transports;

/// <summary>A connection over a TCP or Unix socket.</summary>
internal sealed class SocketConnection : TransportConnection
{
    private const int ReadBytes = PipeBlockPool.BlockBytes;
    private const int ReadBytesMin = 16 << 10;

    private readonly Socket _socket;
    private volatile bool _aborted;
    private int _closed;

    public SocketConnection(Socket socket, EndPoint? peer)
    {
        _socket = socket;
        if (socket.ProtocolType is ProtocolType.Tcp)
            socket.NoDelay = true;
        var stream = new NetworkStream(socket, ownsSocket: false);
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(PipeBlockPool.Shared, ReadBytes, ReadBytesMin, leaveOpen: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(PipeBlockPool.Shared, PipeBlockPool.BlockBytes, leaveOpen: true));
        Peer = TransportAddress.Display(peer);
        RemoteAddress = (peer as IPEndPoint)?.Address;
    }

    public override PipeReader Input { get; }

    public override PipeWriter Output { get; }

    public override string Peer { get; }

    public override IPAddress? RemoteAddress { get; }

    public override bool IsAborted => _aborted;

    // A TCP peer gets a reset instead of an end. Unix sockets have no reset: the peer sees an end.
    public override void Abort()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        _aborted = true;
        if (_socket.ProtocolType is ProtocolType.Tcp)
        {
            try
            {
                _socket.LingerState = new LingerOption(true, 0);
            }
            catch (SocketException)
            {
                // The peer was faster: there is nothing left to reset.
            }
        }
        _socket.Dispose();
    }

    public override async ValueTask DisposeAsync()
    {
        // Completing the writer flushes what was never flushed, and a failure of that does not matter any more.
        bool aborted = Interlocked.Exchange(ref _closed, 1) != 0;
        await Output.CompleteAsync(aborted ? new IOException("aborted") : null).ConfigureAwait(false);
        await Input.CompleteAsync().ConfigureAwait(false);
        if (aborted)
            return;
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The peer has already gone.
        }
        _socket.Dispose();
    }
}
