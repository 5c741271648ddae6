using System.Globalization;

namespace FrameRpc.Gateway.Configuration.Forms;

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
        // A number in quotes has most likely lost its unit; a variable has no other way to be a number.
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

    /// <summary>The size in its largest unit that divides it.</summary>
    public static string Display(long value)
    {
        (string name, long bytes) = Units.FirstOrDefault(u => IsWhole(value, u.Bytes), (value == 1 ? " byte" : " bytes", 1));
        return string.Create(CultureInfo.InvariantCulture, $"{value / bytes}{name}");
    }

    private static bool IsWhole(long value, long unitBytes) => value != 0 && value % unitBytes == 0;
}
