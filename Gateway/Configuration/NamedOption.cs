using FrameRpc.Gateway.Configuration.Forms;

namespace FrameRpc.Gateway.Configuration;

/// <summary>
/// An option as the schema and the reference describe it: its name, its meaning, and, in the types below, the allowed values. <see
/// cref="IOptionOf{TOwner}"/> reads and writes it.
/// </summary>
internal abstract class NamedOption(string name, string meaning)
{
    public string Name => name;

    /// <summary>Shown by editors, from <c>gateway.schema.json</c>, and in docs/configuration.md.</summary>
    public string Meaning => meaning;

    public bool Required { get; init; }

    /// <summary>What to write, as the end of a sentence that begins with "write".</summary>
    public abstract string Phrase { get; }
}

/// <summary>An option with a single value.</summary>
internal abstract class ValueOption(string name, string meaning) : NamedOption(name, meaning)
{
    public abstract ValueForm Form { get; }

    /// <summary>The default as JSON; null if there is none, or if it is not a fixed value.</summary>
    public abstract string? DefaultJson { get; }

    /// <summary>What applies instead of a fixed default: the path of another option, or a few words.</summary>
    public string? DefaultInWords { get; init; }

    public override string Phrase => Form.Phrase;
}

/// <summary>An option with a list of single values.</summary>
internal abstract class ValueListOption(string name, string meaning) : NamedOption(name, meaning)
{
    public abstract ValueForm EntryForm { get; }

    public override string Phrase => "a list";
}

/// <summary>An option that holds one or more objects with the options of a group.</summary>
internal abstract class GroupOption(string name, string meaning, OptionGroup members) : NamedOption(name, meaning)
{
    public OptionGroup Members => members;
}

/// <summary>An option with one object.</summary>
internal abstract class ObjectOption(string name, string meaning, OptionGroup members) : GroupOption(name, meaning, members)
{
    public override string Phrase => "an object";
}

/// <summary>An option with an object whose names the user chooses, and whose values are objects of one group.</summary>
internal abstract class MapOption(string name, string meaning, OptionGroup members) : GroupOption(name, meaning, members)
{
    public override string Phrase => "an object with a name for each";
}

/// <summary>An option with a list of objects of one group.</summary>
internal abstract class ListOption(string name, string meaning, OptionGroup members) : GroupOption(name, meaning, members)
{
    /// <summary>The option whose value may be written in place of an entry that sets nothing else.</summary>
    public ValueOption? Short { get; init; }

    public bool MayBeEmpty { get; init; } = true;

    public override string Phrase => MayBeEmpty ? "a list" : "a list of at least one";
}

/// <summary>The options of an object, in the order of the reference.</summary>
internal abstract class OptionGroup
{
    private readonly List<NamedOption> _options = [];

    public IReadOnlyList<NamedOption> Options => _options;

    public NamedOption? Find(string name, StringComparison comparison) => _options.Find(option => string.Equals(option.Name, name, comparison));

    protected void Add(NamedOption option) => _options.Add(option);
}
