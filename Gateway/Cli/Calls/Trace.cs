using System.Globalization;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>Lines about a call as it goes on, each with the time since its start. Both directions write here, each on its own thread.</summary>
internal sealed class Trace(TextWriter output, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly long _start = clock.GetTimestamp();

    public void Write(string what)
    {
        lock (_lock)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.GetElapsedTime(_start).TotalMilliseconds,9:0.0} ms  {what}"));
    }
}
