using System.Globalization;

namespace FrameRpc.Gateway.Configuration.Forms;

internal sealed class CountForm(int minimum, int maximum) : ValueForm<int>
{
    public int Minimum => minimum;

    public int Maximum => maximum;

    public override string Phrase => $"a whole number from {minimum} to {maximum}";

    public override bool Takes(SettingKind kind) => kind is SettingKind.Number;

    public override string? Read(string text, SettingKind kind, out int value)
    {
        bool read = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        if (!read && !text.TrimStart('-').All(char.IsAsciiDigit) || text.Length == 0)
            return $"{(kind is SettingKind.Variable ? $"\"{text}\"" : text)} is not a whole number";
        return !read || value < minimum || value > maximum ? $"{text} is out of range" : null;
    }

    public override string Write(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A number of bytes: <c>64KiB</c>, <c>4MiB</c>, <c>1GiB</c>, or a plain number.</summary>
internal sealed class SizeForm(long minimum, long maximum) : ValueForm<long>
{
    /// <summary>The form with a unit as a regular expression, for the schema.</summary>
    public const string Pattern = "^[0-9]+(KiB|MiB|GiB)$";

    private static readonly (string Name, long Bytes)[] Units = [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10)];

    public long Minimum => minimum;

    public long Maximum => maximum;

    public override string Phrase => $"{Summary}, such as \"64KiB\", \"4MiB\" or \"1GiB\", or a number of bytes";

    public override string Summary => maximum switch
    {
        long.MaxValue => $"a size of at least {Display(minimum)}",
        int.MaxValue => $"a size from {Display(minimum)} to {int.MaxValue} bytes (2 GiB - 1)",
        _ => $"a size from {Display(minimum)} to {Display(maximum)}",
    };

    public override bool Takes(SettingKind kind) => kind is SettingKind.String or SettingKind.Number;

    public override string? Read(string text, SettingKind kind, out long value)
    {
        value = 0;
        string shown = kind is SettingKind.Number ? text : $"\"{text}\"";
        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits < 0)
            digits = text.Length;
        string unit = text[digits..];
        // A number in quotes has most likely lost its unit. A variable is always text.
        bool plain = unit.Length == 0 && kind is not SettingKind.String;
        long unitBytes = plain ? 1 : Units.FirstOrDefault(u => u.Name == unit).Bytes;
        if (digits == 0 || unitBytes == 0)
            return $"{shown} is not a size";
        if (!long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out long count) || count > maximum / unitBytes)
            return $"{shown} is too large";
        value = count * unitBytes;
        return value < minimum ? $"{shown} is too small" : null;
    }

    public override string Write(long value) =>
        Units.Any(u => IsWhole(value, u.Bytes)) ? $"\"{Display(value)}\"" : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The size in the largest unit that divides it.</summary>
    public static string Display(long value)
    {
        (string name, long bytes) = Units.FirstOrDefault(u => IsWhole(value, u.Bytes), (value == 1 ? " byte" : " bytes", 1));
        return string.Create(CultureInfo.InvariantCulture, $"{value / bytes}{name}");
    }

    private static bool IsWhole(long value, long unitBytes) => value != 0 && value % unitBytes == 0;
}

/// <summary>A whole number and a unit of time: <c>250ms</c>, <c>5s</c>, <c>2m</c>, <c>1h</c>.</summary>
internal sealed class DurationForm(TimeSpan minimum, TimeSpan maximum) : ValueForm<TimeSpan>
{
    /// <summary>The form as a regular expression, for the schema.</summary>
    public const string Pattern = "^[0-9]+(ms|s|m|h)$";

    private static readonly (string Name, long Milliseconds)[] Units = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    public TimeSpan Minimum => minimum;

    public TimeSpan Maximum => maximum;

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

    /// <summary>The duration in the largest unit that divides it.</summary>
    public static string Display(TimeSpan value)
    {
        long milliseconds = (long)value.TotalMilliseconds;
        if (milliseconds == 0)
            return "0s";
        (string name, long unitMs) = Units.First(unit => milliseconds % unit.Milliseconds == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / unitMs}{name}");
    }
}

/// <summary>Numbers and ranges of numbers: <c>500-599</c>, <c>429,503</c>; empty for none.</summary>
internal sealed class CodeRangesForm : ValueForm<CodeRanges>
{
    /// <summary>The form as a regular expression, for the schema.</summary>
    public const string Pattern = "^([0-9]{1,9}(-[0-9]{1,9})?(,[0-9]{1,9}(-[0-9]{1,9})?)*)?$";

    public override string Phrase => $"{Summary}, such as \"500-599\" or \"429,503\", or \"\" for none";

    public override string Summary => "numbers and ranges of numbers";

    public override bool Takes(SettingKind kind) => kind is SettingKind.String;

    public override string? Read(string text, SettingKind kind, out CodeRanges value)
    {
        value = default;
        if (text.Length == 0)
            return null;
        var ranges = new List<(uint, uint)>();
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !TryReadEnd(ends[0], out uint first) || !TryReadEnd(ends[^1], out uint last))
                return $"\"{part}\" is not a number or a range";
            if (last < first)
                return $"\"{part}\" ends before it begins";
            ranges.Add((first, last));
        }
        value = new CodeRanges([.. ranges]);
        return null;
    }

    public override string Write(CodeRanges value) =>
        Quote(string.Join(',', value.All.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}")));

    private static bool TryReadEnd(string text, out uint value) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && text.Length <= 9;
}
