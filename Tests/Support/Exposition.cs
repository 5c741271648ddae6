using System.Globalization;

namespace FrameRpc.Tests;

/// <summary>A metrics page as parsed by Prometheus: a number for each name with its labels.</summary>
internal sealed class Exposition
{
    private readonly Dictionary<string, double> _samples;

    public Exposition(string page)
    {
        _samples = page.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#')
            .ToDictionary(line => line[..line.LastIndexOf(' ')], line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>The names of all samples, with their labels.</summary>
    public IEnumerable<string> Series => _samples.Keys;

    /// <param name="series">As on the page: <c>frpc_calls_total{listener="smf",…}</c>.</param>
    public double this[string series] => _samples[series];

    /// <summary>The sum of a name's samples that have all of these labels.</summary>
    public double Sum(string name, params string[] labels) => _samples
        .Where(sample => sample.Key == name || sample.Key.StartsWith(name + "{", StringComparison.Ordinal))
        .Where(sample => labels.All(label => sample.Key.Contains(label, StringComparison.Ordinal)))
        .Sum(sample => sample.Value);
}
