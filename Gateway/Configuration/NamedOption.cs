using FrameRpc.Gateway.Configuration.Forms;

namespace FrameRpc.Gateway.Configuration;

/// <summary>A name that may stand in the configuration: the one description that the binder, the schema and the documentation share.</summary>
internal abstract record NamedOption(string Name, string Doc)
{
    public bool Required { get; init; }

    /// <summary>What to write, as the end of a sentence that begins with "write".</summary>
    public abstract string Phrase { get; }
}

/// <summary>A name with a single value.</summary>
internal abstract record ValueOption(string Name, string Doc) : NamedOption(Name, Doc)
{
    public abstract ValueForm Form { get; }

    /// <summary>The default as JSON; null where there is none, or where it depends on other settings.</summary>
    public abstract string? DefaultJson { get; }

    public override string Phrase => Form.Phrase;
}

/// <inheritdoc/>
internal sealed record ValueOption<T>(string Name, string Doc, ValueForm<T> TypedForm) : ValueOption(Name, Doc)
{
    private readonly T? _default;
    private readonly bool _hasDefault;

    public T? Default
    {
        get => _default;
        init => (_default, _hasDefault) = (value, true);
    }

    public override ValueForm Form => TypedForm;

    public override string? DefaultJson => _hasDefault ? TypedForm.Write(_default!) : null;

    /// <summary>Its value is for the gateway alone.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The value as JSON, for whoever asks the gateway for it.</summary>
    public string Show(T value) => IsSecret ? "\"(secret)\"" : TypedForm.Write(value);
}

/// <summary>A name with a list of single values.</summary>
internal abstract record ValueListOption(string Name, string Doc) : NamedOption(Name, Doc)
{
    /// <summary>What each entry is.</summary>
    public abstract ValueOption Entry { get; }

    public override string Phrase => "a list";
}

/// <inheritdoc/>
internal sealed record ValueListOption<T>(string Name, string Doc, ValueForm<T> EntryForm) : ValueListOption(Name, Doc)
{
    public ValueOption<T> TypedEntry { get; } = new(Name, Doc, EntryForm);

    public override ValueOption Entry => TypedEntry;
}

/// <summary>The names that an object may hold.</summary>
internal sealed class OptionGroup(params NamedOption[] options)
{
    public IReadOnlyList<NamedOption> Options => options;

    public NamedOption? Find(string name, StringComparison comparison) => options.FirstOrDefault(o => string.Equals(o.Name, name, comparison));
}

/// <summary>A name with an object of fixed names.</summary>
internal sealed record ObjectOption(string Name, string Doc, OptionGroup Members) : NamedOption(Name, Doc)
{
    public override string Phrase => "an object";
}

/// <summary>A name with an object whose names the user chooses, and whose values are alike.</summary>
internal sealed record MapOption(string Name, string Doc, OptionGroup Members) : NamedOption(Name, Doc)
{
    public override string Phrase => "an object with a name for each";
}

/// <summary>A name with a list of objects; where <see cref="Short"/> is set, an entry may be that one value alone.</summary>
internal sealed record ListOption(string Name, string Doc, OptionGroup Members) : NamedOption(Name, Doc)
{
    public ValueOption? Short { get; init; }

    public bool MayBeEmpty { get; init; } = true;

    public override string Phrase => MayBeEmpty ? "a list" : "a list of at least one";
}
