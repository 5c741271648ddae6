using System.Globalization;

namespace FrameRpc.Tests.Simulation;

/// <summary>The events of a simulated world, in order: the last ones as text, and a hash over all of them, to compare two runs.</summary>
internal sealed class EventLog(VirtualTime time)
{
    /// <summary>The last events, shown on failure. Older ones are only in the hash, unless all are kept.</summary>
    public const int ShownMax = 200;

    private const ulong FnvPrime = 1099511628211;

    private readonly Queue<Event> _kept = new();

    /// <summary>Whether older events are kept too, to analyse a single run.</summary>
    public bool KeepsAll { get; set; }

    /// <summary>Events since the start.</summary>
    public long Count { get; private set; }

    /// <summary>FNV-1a over the time and content of each event.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    /// <param name="what">A composite format.</param>
    /// <param name="first"><c>{0}</c> in it.</param>
    /// <param name="second"><c>{1}</c> in it.</param>
    /// <param name="name"><c>{2}</c> in it.</param>
    public void Note(string what, long first = 0, long second = 0, string name = "")
    {
        var noted = new Event(time.NowMs, what, first, second, name);
        Count++;
        _kept.Enqueue(noted);
        if (_kept.Count > ShownMax && !KeepsAll)
            _kept.Dequeue();
        Add((ulong)noted.Ms);
        Add(what);
        Add((ulong)first);
        Add((ulong)second);
        Add(name);
    }

    /// <summary>All kept events, one a line, each with its virtual time.</summary>
    public IEnumerable<string> Lines => _kept.Select(noted => noted.ToString());

    /// <summary>The last events.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{string.Join('\n', Lines.TakeLast(ShownMax))}\n{Count} events, hash {Hash:x16}");

    private void Add(string text)
    {
        foreach (char c in text)
            Hash = (Hash ^ c) * FnvPrime;
        Hash = (Hash ^ 0xFFFF) * FnvPrime;
    }

    private void Add(ulong number) => Hash = (((Hash ^ (uint)number) * FnvPrime) ^ (number >> 32)) * FnvPrime;

    private readonly record struct Event(long Ms, string What, long First, long Second, string Name)
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture,
                $"{Ms - VirtualTime.StartMs,6} ms  {string.Format(CultureInfo.InvariantCulture, What, First, Second, Name)}");
    }
}
