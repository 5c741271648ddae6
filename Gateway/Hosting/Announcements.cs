using System.Threading.Channels;

namespace FrameRpc.Gateway.Hosting;

/// <summary>
/// What a gateway says of itself while it runs, written by a thread of its own: whoever reads it may have stopped, and no
/// signal, no drain and no end may wait for that.
/// </summary>
/// <remarks>Everything that goes to the console waits there in one line: an access log on standard output that is not read holds up these lines too.</remarks>
internal sealed class Announcements : IDisposable
{
    /// <summary>A gateway says a handful from its start to its end, and one each time it is asked how things are.</summary>
    private const int WaitingMax = 64;

    /// <summary>How long the last ones may take at the end.</summary>
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

    /// <summary>Never waits: what finds no room, or comes after the end, is not said.</summary>
    public void Say(string text) => _waiting.Writer.TryWrite(text);

    /// <summary>Says what is left, unless nobody reads it.</summary>
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
