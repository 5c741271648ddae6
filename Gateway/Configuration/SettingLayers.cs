using Microsoft.Extensions.Configuration;

namespace FrameRpc.Gateway.Configuration;

/// <summary>The file overridden by the environment, with the source of each setting.</summary>
internal sealed class SettingLayers
{
    private readonly IConfiguration _merged;
    private readonly SourceMap _file;
    private readonly EnvironmentOverrides _environment;

    public SettingLayers(SourceMap file, EnvironmentOverrides environment)
    {
        _file = file;
        _environment = environment;
        _merged = new ConfigurationBuilder()
            .AddJsonStream(new MemoryStream(file.TextForConfiguration()))
            .AddConfiguration(environment.Configuration)
            .Build();
    }

    public string Text(string key) => _merged[key] ?? "";

    public bool IsInFile(string key) => _file.Find(key) is not null;

    public SettingKind KindOf(string key) =>
        _environment.Sets(key) ? SettingKind.Variable
        : _file.Find(key) is { } entry ? entry.Kind
        : _environment.SetsBelow(key) ? SettingKind.Object
        : SettingKind.Absent;

    /// <summary>The position of the value; if it is absent, of the object that lacks it.</summary>
    public Origin OriginOf(string key)
    {
        if (_environment.Sets(key))
            return Origin.Variable(_environment.FindVariable(key)!);
        if (_file.Find(key) is { } entry)
            return _file.At(entry.ValuePosition);
        if (_environment.FindVariable(key) is { } variable)
            return Origin.Variable(variable);
        int parentEnd = key.LastIndexOf(':');
        string parent = parentEnd < 0 ? "" : key[..parentEnd];
        return _file.Find(parent) is { } holder ? _file.At(holder.ValuePosition) : Origin.Variable(EnvironmentOverrides.NameFor(key));
    }

    /// <summary>The position of the name, for errors about the name.</summary>
    public Origin OriginOfName(string key) => _file.Find(key) is { } entry ? _file.At(entry.NamePosition) : OriginOf(key);

    /// <summary>The names or indexes below a key, as written: those of the file in its order, then those that only the environment has.</summary>
    public IReadOnlyList<SettingName> Below(string key)
    {
        IConfiguration section = key.Length == 0 ? _merged : _merged.GetSection(key);
        var names = new List<SettingName>();
        foreach (IConfigurationSection child in section.GetChildren())
        {
            SourceEntry? entry = _file.Find(child.Path);
            string name = entry is { Name.Length: > 0 } ? entry.Name : child.Key;
            names.Add(new SettingName(name, child.Path, entry?.NamePosition));
        }
        return [.. names.OrderBy(n => n.InFile?.Line ?? int.MaxValue).ThenBy(n => n.InFile?.Column ?? int.MaxValue)];
    }
}

/// <summary>A name of the merged configuration, its key, and its position in the file, if it is there.</summary>
internal readonly record struct SettingName(string Written, string Key, SourcePosition? InFile);
