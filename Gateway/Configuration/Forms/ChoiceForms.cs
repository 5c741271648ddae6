namespace FrameRpc.Gateway.Configuration.Forms;

/// <summary>One of a few words.</summary>
internal sealed class ChoiceForm<T>(params (string Word, T Value)[] choices) : ValueForm<T>, IChoices
    where T : notnull
{
    public IReadOnlyList<string> Words => [.. choices.Select(c => c.Word)];

    public override string Phrase => $"{string.Join(", ", Words.SkipLast(1).Select(word => $"\"{word}\""))} or \"{Words[^1]}\"";

    public override bool Takes(SettingKind kind) => kind is SettingKind.String;

    public override string? Read(string text, SettingKind kind, out T value)
    {
        foreach ((string word, T choice) in choices)
        {
            value = choice;
            if (word == text)
                return null;
        }
        value = choices[0].Value;
        return $"unknown value \"{text}\"";
    }

    public override string Write(T value) => $"\"{choices.First(c => EqualityComparer<T>.Default.Equals(c.Value, value)).Word}\"";
}

/// <summary>The words of a <see cref="ChoiceForm{T}"/>, whatever their type of value.</summary>
internal interface IChoices
{
    IReadOnlyList<string> Words { get; }
}

internal sealed class FlagForm : ValueForm<bool>
{
    public override string Phrase => "true or false";

    public override bool Takes(SettingKind kind) => kind is SettingKind.Boolean;

    public override string? Read(string text, SettingKind kind, out bool value)
    {
        // IConfiguration writes a JSON true as "True".
        value = text.Equals("true", StringComparison.OrdinalIgnoreCase);
        return value || text.Equals("false", StringComparison.OrdinalIgnoreCase) ? null : $"unknown value \"{text}\"";
    }

    public override string Write(bool value) => value ? "true" : "false";
}
