using System.Threading.Channels;

namespace FrameRpc.Gateway.Hosting;

/// <summary>
/// Writes status lines to standard output on its own thread, so that a reader which has stopped reading holds up no signal, drain or exit.
/// </summary>
/// <remarks>All console output shares one queue: an access log on standard output that is not read also holds up these lines.</remarks>
internal sealed class Announcements : IDisposable
{
    /// <summary>A gateway announces a handful of lines from start to end, and one for each SIGUSR1.</summary>
    private const int WaitingMax = 64;

    /// <summary>Time limit for the remaining lines at the end.</summary>
    private static readonly TimeSpan LastOnesMax = TimeSpan.FromSeconds(1);

    private readonly Channel<string> _waiting = Channel.CreateBounded<string>(new BoundedChannelOptions(WaitingMax) { SingleReader = true });
    private readonly TextWriter _to;
    private readonly Thread _thread;

    public Announcements(TextWriter to)
    {
        _to = to;
        _thread = new Thread(Run) { Name = "announcements", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Never blocks: a line that finds no room, or comes after the end, is dropped.</summary>
    public void Post(string text) => _waiting.Writer.TryWrite(text);

    /// <summary>Writes the remaining lines, within the time limit.</summary>
    public void Dispose()
    {
        _waiting.Writer.TryComplete();
        _thread.Join(LastOnesMax);
    }

    private void Run()
    {
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_waiting.Reader.TryRead(out string? text))
                Write(text);
        }
    }

    private void Write(string text)
    {
        try
        {
            _to.WriteLine(text);
            _to.Flush();
        }
        catch (IOException)
        {
            // The disk is full, which is no reason to stop serving.
        }
    }
}
