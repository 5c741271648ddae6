using System.Net;
using System.Net.Sockets;
using FrameRpc.Tests.Peers;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>Serves each connection by a script on a thread of its own, until disposed of.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly Socket _listener;
    private readonly Action<Peer> _serve;
    private readonly Thread _accepting;
    private readonly List<Peer> _peers = [];
    private readonly List<Thread> _threads = [];
    private readonly List<Exception> _problems = [];
    private bool _isDisposed;

    /// <param name="address">Where to listen; port 0 lets the kernel choose.</param>
    /// <param name="serve">Runs once for each connection, which is closed when it returns.</param>
    public ScriptedServer(string address, Action<Peer> serve)
    {
        _serve = serve;
        EndPoint endPoint = Peer.EndPointOf(address);
        _listener = Peer.NewSocket(endPoint);
        _listener.Bind(endPoint);
        _listener.Listen(1024);
        Address = endPoint is IPEndPoint ? _listener.LocalEndPoint!.ToString()! : address;
        _accepting = StartThread(Accept);
    }

    public string Address { get; }

    /// <summary>Connections that were made to it.</summary>
    public int Accepted { get; private set; }

    /// <summary>What went wrong in a script; not what breaks when the other side, or the test, closes a connection.</summary>
    public IReadOnlyList<Exception> Problems
    {
        get
        {
            lock (_peers)
                return [.. _problems];
        }
    }

    /// <summary>Answers every smf request with its own payload.</summary>
    public static ScriptedServer SmfEcho(string address = "127.0.0.1:0") => new(address, peer =>
    {
        while (SmfMessage.Read(peer) is { } request)
            peer.Send((request with { Meta = 200 }).ToBytes());
    });

    /// <summary>Answers every frame request with its own data part.</summary>
    public static ScriptedServer FrameEcho(string address = "127.0.0.1:0") => new(address, peer =>
    {
        while (FrameMessage.Read(peer) is { } request)
            peer.Send(FrameMessage.Ok(request.Data).ToBytes());
    });

    /// <summary>Reads, and never answers.</summary>
    public static ScriptedServer Silent(string address = "127.0.0.1:0") => new(address, peer => peer.ReadToEnd());

    public void Dispose()
    {
        lock (_peers)
        {
            _isDisposed = true;
            foreach (Peer peer in _peers)
                peer.Dispose();
        }
        _listener.Dispose();
        _accepting.Join();
        foreach (Thread thread in _threads)
            thread.Join();
    }

    private void Accept()
    {
        while (true)
        {
            Peer peer;
            try
            {
                peer = new Peer(_listener.Accept());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            lock (_peers)
            {
                Accepted++;
                if (_isDisposed)
                {
                    peer.Dispose();
                    return;
                }
                _peers.Add(peer);
            }
            _threads.Add(StartThread(() => Serve(peer)));
        }
    }

    private void Serve(Peer peer)
    {
        try
        {
            _serve(peer);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or EndOfStreamException)
        {
            // The gateway, or the test, closed the connection in the middle of the script.
        }
        catch (Exception e)
        {
            lock (_peers)
                _problems.Add(e);
        }
        peer.Dispose();
    }

    private static Thread StartThread(ThreadStart run)
    {
        // Its own and not the pool's: a script that waits must not keep others from running.
        var thread = new Thread(run, maxStackSize: 256 * 1024) { IsBackground = true };
        thread.Start();
        return thread;
    }
}
