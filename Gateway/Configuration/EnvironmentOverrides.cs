using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace FrameRpc.Gateway.Configuration;

/// <summary>Settings from environment variables: <c>FRPC__ADMIN__ADDRESS</c> is <c>admin.address</c>. Case-insensitive.</summary>
internal sealed class EnvironmentOverrides
{
    private const string Prefix = "FRPC__";

    /// <summary>Keys in IConfiguration's form, in the case of the variable.</summary>
    private readonly Dictionary<string, string> _written = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The variables of this process.</summary>
    public static IConfigurationSource OfProcess() => new EnvironmentVariablesConfigurationSource { Prefix = Prefix };

    public EnvironmentOverrides(IConfigurationSource source)
    {
        Configuration = new ConfigurationBuilder().Add(source).Build();
        foreach ((string key, string? value) in Configuration.AsEnumerable())
        {
            // A variable whose name is only the prefix sets nothing.
            if (value is not null && key.Length > 0)
                _written[key] = key;
        }
    }

    public IConfiguration Configuration { get; }

    public bool Sets(string key) => _written.ContainsKey(key);

    /// <summary>The variable that sets <paramref name="key"/>, or the first that sets something below it.</summary>
    public string? FindVariable(string key)
    {
        if (_written.TryGetValue(key, out string? written))
            return NameOf(written);
        string? below = _written.Keys.Where(k => IsBelow(k, key)).Order(StringComparer.OrdinalIgnoreCase).FirstOrDefault();
        return below is null ? null : NameOf(below);
    }

    public bool SetsBelow(string key) => _written.Keys.Any(k => IsBelow(k, key));

    /// <summary>The variable that would set <paramref name="key"/>.</summary>
    public static string NameFor(string key) => NameOf(key).ToUpperInvariant();

    private static bool IsBelow(string key, string parent) =>
        key.Length > parent.Length && key[parent.Length] == ':' && key.StartsWith(parent, StringComparison.OrdinalIgnoreCase);

    private static string NameOf(string key) => Prefix + key.Replace(":", "__", StringComparison.Ordinal);
}
