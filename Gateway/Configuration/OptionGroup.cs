using System.Text.Json;
using FrameRpc.Gateway.Configuration.Forms;

namespace FrameRpc.Gateway.Configuration;

/// <summary>
/// The options of the objects that are read into a <typeparamref name="TOwner"/>. Each method states one option completely, and returns it for checks
/// that compare its value with others.
/// </summary>
/// <param name="blank">
/// Makes an owner with nothing configured: it has the default of every option that has one, and placeholders for the required ones. A function,
/// because groups refer to each other.
/// </param>
internal sealed class OptionGroup<TOwner>(Func<TOwner> blank) : OptionGroup
{
    private readonly List<IOptionOf<TOwner>> _members = [];

    public TOwner Blank => blank();

    /// <summary>An option that must be written.</summary>
    /// <param name="name">As in the file.</param>
    /// <param name="form">The allowed values, with their bounds.</param>
    /// <param name="get">The effective value.</param>
    /// <param name="set">The owner with the value; null if the binder of the section uses the value.</param>
    /// <param name="meaning">One or a few sentences for the schema and the reference.</param>
    public ValueOption<TOwner, T> Required<T>(string name, ValueForm<T> form, Func<TOwner, T> get, Func<TOwner, T, TOwner>? set, string meaning) =>
        Required(name, form, (owner, _) => get(owner), set, meaning);

    /// <summary>The same, for a value that depends on the whole configuration.</summary>
    public ValueOption<TOwner, T> Required<T>(string name, ValueForm<T> form, Func<TOwner, GatewayOptions, T> get,
        Func<TOwner, T, TOwner>? set, string meaning) =>
        Add(new ValueOption<TOwner, T>(name, meaning, form) { Required = true, Json = (owner, all) => form.Write(get(owner, all)), Set = set });

    /// <summary>An option with a default: the value of the blank owner.</summary>
    /// <param name="appliesTo">Which owners have the option; all by default.</param>
    /// <param name="otherwise">The error if it is written for another owner; without it, the option is ignored there.</param>
    public ValueOption<TOwner, T> Default<T>(
        string name, ValueForm<T> form, Func<TOwner, T> get, Func<TOwner, T, TOwner>? set, string meaning,
        Func<TOwner, bool>? appliesTo = null, Func<TOwner, string>? otherwise = null) => Add(new ValueOption<TOwner, T>(name, meaning, form)
        {
            Json = (owner, _) => form.Write(get(owner)),
            Set = set,
            FindDefault = () => get(Blank),
            AppliesTo = appliesTo,
            Otherwise = otherwise,
        });

    /// <summary>An option without a default value. It is not in effect if <paramref name="get"/> returns null.</summary>
    /// <param name="defaultInWords">What applies if it is not written: the path of another option, or a few words.</param>
    public ValueOption<TOwner, string> Optional(
        string name, ValueForm<string> form, Func<TOwner, string?> get, Func<TOwner, string, TOwner>? set, string meaning,
        Func<TOwner, bool>? appliesTo = null, Func<TOwner, string>? otherwise = null, string? defaultInWords = null) =>
        Add(new ValueOption<TOwner, string>(name, meaning, form)
        {
            Json = (owner, _) => get(owner) is { } value ? form.Write(value) : null,
            Set = set,
            DefaultInWords = defaultInWords,
            AppliesTo = appliesTo,
            Otherwise = otherwise,
        });

    /// <inheritdoc cref="Optional"/>
    public ValueOption<TOwner, T> Optional<T>(
        string name, ValueForm<T> form, Func<TOwner, T?> get, Func<TOwner, T, TOwner>? set, string meaning,
        Func<TOwner, bool>? appliesTo = null, Func<TOwner, string>? otherwise = null, string? defaultInWords = null)
        where T : struct => Add(new ValueOption<TOwner, T>(name, meaning, form)
        {
            Json = (owner, _) => get(owner) is { } value ? form.Write(value) : null,
            Set = set,
            DefaultInWords = defaultInWords,
            AppliesTo = appliesTo,
            Otherwise = otherwise,
        });

    /// <summary>A list of single values, empty by default.</summary>
    public ValueListOption<TOwner, T> Values<T>(string name, ValueForm<T> form, Func<TOwner, IReadOnlyList<T>> get,
        Func<TOwner, IReadOnlyList<T>, TOwner> set, string meaning) =>
        Add(new ValueListOption<TOwner, T>(name, meaning, form, get, set));

    /// <summary>An object. It is not in effect if <paramref name="get"/> returns null; without <paramref name="set"/> a binder reads it.</summary>
    public ObjectOption<TOwner, T> Object<T>(string name, OptionGroup<T> members, Func<TOwner, T?> get, Func<TOwner, T, TOwner>? set, string meaning)
        where T : class => Add(new ObjectOption<TOwner, T>(name, meaning, members, get, set));

    /// <summary>A required object with an entry of <paramref name="members"/> for each name. A binder reads it.</summary>
    public MapOption<TOwner, T> Map<T>(string name, OptionGroup<T> members, Func<TOwner, IEnumerable<T>> get, Func<T, string> nameOf, string meaning) =>
        Add(new MapOption<TOwner, T>(name, meaning, members, get, nameOf) { Required = true });

    /// <summary>A required list of objects. A binder reads it.</summary>
    /// <param name="members">The options of each entry.</param>
    /// <param name="mayBeEmpty">Whether the list may have no entries.</param>
    /// <param name="shortForm">The option whose value may be written in place of an entry.</param>
    public ListOption<TOwner, T> List<T>(
        string name, OptionGroup<T> members, Func<TOwner, IEnumerable<T>> get, string meaning, bool mayBeEmpty = false, ValueOption? shortForm = null) =>
        Add(new ListOption<TOwner, T>(name, meaning, members, get) { Required = true, MayBeEmpty = mayBeEmpty, Short = shortForm });

    /// <summary>The blank owner with the values of a section.</summary>
    public TOwner Read(OptionSection section) => Read(section, Blank);

    /// <summary><paramref name="owner"/> with the values of a section. Properties keep their value if the option is missing or wrong.</summary>
    public TOwner Read(OptionSection section, TOwner owner) => _members.Aggregate(owner, (read, member) => member.Read(section, read));

    /// <summary>Adds an error for every option that is written and does not apply to the owner.</summary>
    public void RefuseInapplicable(OptionSection section, TOwner owner) => _members.ForEach(member => member.RefuseInapplicable(section, owner));

    /// <summary>Writes the members of the owner's object, without its braces.</summary>
    public void Write(Utf8JsonWriter json, TOwner owner, GatewayOptions all) => _members.ForEach(member => member.Write(json, owner, all));

    private TOption Add<TOption>(TOption option)
        where TOption : NamedOption, IOptionOf<TOwner>
    {
        base.Add(option);
        _members.Add(option);
        return option;
    }
}
