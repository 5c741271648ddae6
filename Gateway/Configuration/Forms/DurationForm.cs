using System.Globalization;

namespace FrameRpc.Gateway.Configuration.Forms;

/// <summary>A whole number and a unit of time: <c>250ms</c>, <c>5s</c>, <c>2m</c>, <c>1h</c>.</summary>
internal sealed class DurationForm(TimeSpan minimum, TimeSpan maximum) : ValueForm<TimeSpan>
{
    /// <summary>The form as a regular expression, for the schema.</summary>
    public const string Pattern = "^[0-9]+(ms|s|m|h)$";

    private static readonly (string Name, long Milliseconds)[] Units = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    public override string Phrase => $"{Summary}, such as \"250ms\", \"5s\" or \"2m\"";

    public override string Summary => $"a duration from {Write(minimum)} to {Write(maximum)}";

    public override bool Takes(SettingKind kind) => kind is SettingKind.String;

    public override string? Read(string text, SettingKind kind, out TimeSpan value)
    {
        value = default;
        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        long unitMs = digits <= 0 ? 0 : Units.FirstOrDefault(unit => unit.Name == text[digits..]).Milliseconds;
        if (unitMs == 0)
            return $"\"{text}\" is not a duration";
        if (!long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            || count > (long)maximum.TotalMilliseconds / unitMs)
            return $"\"{text}\" is too long";
        value = TimeSpan.FromMilliseconds(count * unitMs);
        return value < minimum ? $"\"{text}\" is too short" : null;
    }

    public override string Write(TimeSpan value) => $"\"{Display(value)}\"";

    /// <summary>The duration in its largest unit that divides it.</summary>
    public static string Display(TimeSpan value)
    {
        long milliseconds = (long)value.TotalMilliseconds;
        if (milliseconds == 0)
            return "0s";
        (string name, long unitMs) = Units.First(unit => milliseconds % unit.Milliseconds == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / unitMs}{name}");
    }
}
