using System.Globalization;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>One object of the configuration, read by its group of options. Finds every error in its own names and values.</summary>
/// <remarks>Each option is read once, so its error is reported once, however many checks use its value.</remarks>
internal sealed class OptionSection
{
    private readonly Dictionary<NamedOption, object> _settings = [];
    private readonly SettingLayers _layers;
    private readonly MistakeList _mistakes;
    private readonly OptionGroup _members;
    private readonly string _key;

    /// <summary>The option of an entry that is written as a single value instead of an object.</summary>
    private readonly ValueOption? _only;

    private OptionSection(SettingLayers layers, MistakeList mistakes, OptionGroup members, string key, string path, ValueOption? only = null)
    {
        _layers = layers;
        _mistakes = mistakes;
        _members = members;
        _key = key;
        Path = path;
        _only = only;
    }

    public string Path { get; }

    public Origin Origin => _layers.OriginOf(_key);

    public static OptionSection Root(SettingLayers layers, MistakeList mistakes)
    {
        var root = new OptionSection(layers, mistakes, GatewaySection.Options, "", "");
        root.AddUnknownNames();
        return root;
    }

    /// <summary>Adds an error about this object as a whole.</summary>
    public void Refuse(string text) => _mistakes.Add(Origin, Path, text);

    /// <summary>Adds an error about a value that is valid by itself.</summary>
    public void Refuse<T>(Setting<T> setting, string text) => _mistakes.Add(setting.Origin, setting.Path, text);

    /// <summary>Adds an error about a missing option that another one requires.</summary>
    public void RefuseMissing(NamedOption option, string because) =>
        _mistakes.Add(_layers.OriginOf(KeyOf(option)), PathOf(option), $"missing; {because}");

    public Setting<T> Get<TOwner, T>(ValueOption<TOwner, T> option)
    {
        if (!_settings.TryGetValue(option, out object? setting))
            _settings.Add(option, setting = ReadSetting(option));
        return (Setting<T>)setting;
    }

    /// <summary>The object with this name, or null if there is none.</summary>
    public OptionSection? GetObject(ObjectOption option) =>
        Expect(option, SettingKind.Object) ? Open(option.Members, KeyOf(option), PathOf(option)) : null;

    /// <summary>The objects in a map; null, with an error added, for entries that are not objects.</summary>
    public IEnumerable<(string Name, OptionSection? Section)> GetMap(MapOption option)
    {
        if (!Expect(option, SettingKind.Object))
            yield break;
        foreach (SettingName name in _layers.Below(KeyOf(option)))
        {
            string path = $"{PathOf(option)}.{name.Written}";
            yield return (name.Written, ExpectObject(name.Key, path) ? Open(option.Members, name.Key, path) : null);
        }
    }

    /// <summary>The entries of a list. An entry that is not an object is left out, with an error added.</summary>
    public IEnumerable<OptionSection> GetList(ListOption option)
    {
        if (!Expect(option, SettingKind.Array))
            yield break;
        int next = 0;
        foreach (SettingName name in _layers.Below(KeyOf(option)))
        {
            string path = $"{PathOf(option)}[{name.Written}]";
            if (!IsNext(name, next, path))
                continue;
            next++;
            SettingKind kind = _layers.KindOf(name.Key);
            if (option.Short is not null && CanRead(option.Short.Form, kind))
                yield return new OptionSection(_layers, _mistakes, option.Members, name.Key, path, option.Short);
            else if (ExpectObject(name.Key, path, option.Short))
                yield return Open(option.Members, name.Key, path);
        }
        if (next == 0 && !option.MayBeEmpty)
            _mistakes.Add(_layers.OriginOf(KeyOf(option)), PathOf(option), $"is empty; write {option.Phrase}");
    }

    /// <summary>The entries of a list of single values; empty if the list is not written.</summary>
    public IReadOnlyList<T> GetValues<TOwner, T>(ValueListOption<TOwner, T> option)
    {
        if (!Expect(option, SettingKind.Array))
            return [];
        var values = new List<T>();
        foreach (SettingName name in _layers.Below(KeyOf(option)))
        {
            string path = $"{PathOf(option)}[{name.Written}]";
            if (IsNext(name, values.Count, path))
                values.Add(Read(option.TypedEntryForm, name.Key, path, _layers.KindOf(name.Key)).Value);
        }
        return values.Count == 0 ? [] : values;
    }

    private Setting<T> ReadSetting<TOwner, T>(ValueOption<TOwner, T> option)
    {
        if (_only == option)
            return Read(option.TypedForm, _key, Path, _layers.KindOf(_key));
        SettingKind kind = _only is null ? _layers.KindOf(KeyOf(option)) : SettingKind.Absent;
        if (kind is not SettingKind.Absent)
            return Read(option.TypedForm, KeyOf(option), PathOf(option), kind);
        AddIfRequired(option);
        return new Setting<T>(option.Default!, SettingState.Absent, Origin, PathOf(option));
    }

    private Setting<T> Read<T>(ValueForm<T> form, string key, string path, SettingKind kind)
    {
        T value = default!;
        string? problem = CanRead(form, kind) ? form.Read(_layers.Text(key), kind, out value) : kind.Describe();
        Origin origin = _layers.OriginOf(key);
        if (problem is not null)
            _mistakes.Add(origin, path, $"{problem}; write {form.Phrase}");
        return new Setting<T>(value, problem is null ? SettingState.Right : SettingState.Mistaken, origin, path);
    }

    /// <summary>The text of a variable has no kind of its own.</summary>
    private static bool CanRead(ValueForm form, SettingKind kind) => kind is SettingKind.Variable || form.Takes(kind);

    private OptionSection Open(OptionGroup members, string key, string path)
    {
        var section = new OptionSection(_layers, _mistakes, members, key, path);
        section.AddUnknownNames();
        return section;
    }

    /// <summary>Names in the file are case-sensitive, as in a schema; those of variables are upper case by convention.</summary>
    private void AddUnknownNames()
    {
        foreach (SettingName name in _layers.Below(_key))
        {
            StringComparison comparison = name.InFile is null ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            if (_members.Find(name.Written, comparison) is null)
                _mistakes.Add(_layers.OriginOfName(name.Key), PathOf(name.Written), UnknownName(name));
        }
    }

    private string UnknownName(SettingName name)
    {
        string what = name.InFile is null ? $"unknown name \"{name.Written}\"" : "unknown name";
        IEnumerable<string> known = _members.Options.Select(o => o.Name);
        return NameSuggestion.Find(name.Written, known) is { } meant
            ? $"{what}; did you mean \"{meant}\"?"
            : $"{what}; the names here are {string.Join(", ", known)}";
    }

    /// <summary>Whether the option is written, and as the required kind of container.</summary>
    private bool Expect(NamedOption option, SettingKind container)
    {
        SettingKind kind = _layers.KindOf(KeyOf(option));
        // Entries set only by variables have no token of their own.
        if (kind == container || (kind is SettingKind.Object && !_layers.IsInFile(KeyOf(option))))
            return true;
        if (kind is SettingKind.Absent)
            AddIfRequired(option);
        else
            _mistakes.Add(_layers.OriginOf(KeyOf(option)), PathOf(option), $"{kind.Describe()}; write {option.Phrase}{VariableHint(kind, KeyOf(option))}");
        return false;
    }

    private bool ExpectObject(string key, string path, ValueOption? orValue = null)
    {
        SettingKind kind = _layers.KindOf(key);
        if (kind is SettingKind.Object)
            return true;
        string orElse = orValue is null ? "" : $", or {orValue.Phrase}";
        _mistakes.Add(_layers.OriginOf(key), path, $"{kind.Describe()}; write an object{orElse}{VariableHint(kind, key)}");
        return false;
    }

    /// <summary>A variable holds one value, so its name must be that of a value.</summary>
    private static string VariableHint(SettingKind kind, string key) =>
        kind is SettingKind.Variable ? $", in variables that begin with {EnvironmentOverrides.NameFor(key)}__" : "";

    /// <summary>Entries that variables add to a list continue where the file ends.</summary>
    private bool IsNext(SettingName name, int next, string path)
    {
        if (name.Written == next.ToString(CultureInfo.InvariantCulture))
            return true;
        _mistakes.Add(_layers.OriginOfName(name.Key), path, $"\"{name.Written}\" is not the number of an entry; the next one is {next}");
        return false;
    }

    private void AddIfRequired(NamedOption option)
    {
        if (option.Required)
            RefuseMissing(option, $"write {option.Phrase}");
    }

    private string KeyOf(NamedOption option) => _key.Length == 0 ? option.Name : $"{_key}:{option.Name}";

    private string PathOf(NamedOption option) => PathOf(option.Name);

    private string PathOf(string name) => Path.Length == 0 ? name : $"{Path}.{name}";
}
