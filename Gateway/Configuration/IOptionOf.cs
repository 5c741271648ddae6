using System.Text.Json;
using FrameRpc.Gateway.Configuration.Forms;

namespace FrameRpc.Gateway.Configuration;

/// <summary>Reads an option into its owner, and writes it back.</summary>
internal interface IOptionOf<TOwner>
{
    TOwner Read(OptionSection section, TOwner owner);

    /// <summary>Writes the name and the effective value, or nothing if there is none.</summary>
    void Write(Utf8JsonWriter json, TOwner owner, GatewayOptions all);

    void RefuseInapplicable(OptionSection section, TOwner owner)
    {
    }
}

/// <inheritdoc cref="ValueOption"/>
internal sealed class ValueOption<TOwner, T>(string name, string meaning, ValueForm<T> form) : ValueOption(name, meaning), IOptionOf<TOwner>
{
    /// <summary>The effective value as JSON, or null.</summary>
    public required Func<TOwner, GatewayOptions, string?> Json { get; init; }

    public Func<TOwner, T, TOwner>? Set { get; init; }

    public Func<T>? FindDefault { get; init; }

    public Func<TOwner, bool>? AppliesTo { get; init; }

    public Func<TOwner, string>? Otherwise { get; init; }

    public override ValueForm Form => form;

    public ValueForm<T> TypedForm => form;

    public T? Default => FindDefault is null ? default : FindDefault();

    public override string? DefaultJson => FindDefault is null ? null : form.Write(FindDefault());

    public TOwner Read(OptionSection section, TOwner owner)
    {
        Setting<T> setting = section.Get(this);
        return setting.IsRight && Set is not null ? Set(owner, setting.Value) : owner;
    }

    public void Write(Utf8JsonWriter json, TOwner owner, GatewayOptions all)
    {
        if (AppliesTo?.Invoke(owner) is false || Json(owner, all) is not { } value)
            return;
        json.WritePropertyName(Name);
        json.WriteRawValue(value);
    }

    public void RefuseInapplicable(OptionSection section, TOwner owner)
    {
        Setting<T> setting = section.Get(this);
        if (setting.IsWritten && Otherwise is not null && AppliesTo?.Invoke(owner) is false)
            section.Refuse(setting, Otherwise(owner));
    }
}

/// <inheritdoc cref="ValueListOption"/>
internal sealed class ValueListOption<TOwner, T>(
    string name, string meaning, ValueForm<T> entryForm, Func<TOwner, IReadOnlyList<T>> get, Func<TOwner, IReadOnlyList<T>, TOwner> set)
    : ValueListOption(name, meaning), IOptionOf<TOwner>
{
    public override ValueForm EntryForm => entryForm;

    public ValueForm<T> TypedEntryForm => entryForm;

    public TOwner Read(OptionSection section, TOwner owner) => set(owner, section.GetValues(this));

    public void Write(Utf8JsonWriter json, TOwner owner, GatewayOptions all)
    {
        json.WriteStartArray(Name);
        foreach (T value in get(owner))
            json.WriteRawValue(entryForm.Write(value));
        json.WriteEndArray();
    }
}

/// <inheritdoc cref="ObjectOption"/>
internal sealed class ObjectOption<TOwner, T>(string name, string meaning, OptionGroup<T> members, Func<TOwner, T?> get, Func<TOwner, T, TOwner>? set)
    : ObjectOption(name, meaning, members), IOptionOf<TOwner>
    where T : class
{
    public TOwner Read(OptionSection section, TOwner owner) =>
        set is not null && section.GetObject(this) is { } inner ? set(owner, members.Read(inner, get(owner) ?? members.Blank)) : owner;

    public void Write(Utf8JsonWriter json, TOwner owner, GatewayOptions all)
    {
        if (get(owner) is not { } inner)
            return;
        json.WriteStartObject(Name);
        members.Write(json, inner, all);
        json.WriteEndObject();
    }
}

/// <inheritdoc cref="MapOption"/>
internal sealed class MapOption<TOwner, T>(string name, string meaning, OptionGroup<T> members, Func<TOwner, IEnumerable<T>> get, Func<T, string> nameOf)
    : MapOption(name, meaning, members), IOptionOf<TOwner>
{
    public TOwner Read(OptionSection section, TOwner owner) => owner;

    public void Write(Utf8JsonWriter json, TOwner owner, GatewayOptions all)
    {
        json.WriteStartObject(Name);
        foreach (T entry in get(owner))
        {
            json.WriteStartObject(nameOf(entry));
            members.Write(json, entry, all);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}

/// <inheritdoc cref="ListOption"/>
internal sealed class ListOption<TOwner, T>(string name, string meaning, OptionGroup<T> members, Func<TOwner, IEnumerable<T>> get)
    : ListOption(name, meaning, members), IOptionOf<TOwner>
{
    public TOwner Read(OptionSection section, TOwner owner) => owner;

    public void Write(Utf8JsonWriter json, TOwner owner, GatewayOptions all)
    {
        json.WriteStartArray(Name);
        foreach (T entry in get(owner))
        {
            json.WriteStartObject();
            members.Write(json, entry, all);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
