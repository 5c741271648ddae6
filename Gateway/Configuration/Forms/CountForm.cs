using System.Globalization;

namespace FrameRpc.Gateway.Configuration.Forms;

/// <summary>A whole number.</summary>
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
