using System.Globalization;
using System.Text;

namespace FrameRpc.Gateway.Configuration;

/// <summary>One thing that is wrong in the configuration: where, at which path, and what to do about it.</summary>
internal sealed record Mistake(Origin Origin, string Path, string Text)
{
    /// <summary><c>gateway.json:12:9: backends.storage.servrs: unknown name; …</c>. A variable's name holds its path already.</summary>
    public override string ToString() => Printable(Path.Length == 0 || Origin.IsVariable ? $"{Origin}: {Text}" : $"{Origin}: {Path}: {Text}");

    /// <summary>A name or a value from the file may hold line breaks or a terminal's escape sequences, and a mistake is one line.</summary>
    private static string Printable(string line)
    {
        if (!line.Any(char.IsControl))
            return line;
        var printable = new StringBuilder(line.Length + 8);
        foreach (char c in line)
            _ = char.IsControl(c) ? printable.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : printable.Append(c);
        return printable.ToString();
    }
}

/// <summary>The mistakes found so far: checking goes on after each, so that one run tells them all.</summary>
internal sealed class MistakeList
{
    private readonly List<Mistake> _mistakes = [];

    public int Count => _mistakes.Count;

    public void Add(Origin origin, string path, string text) => _mistakes.Add(new Mistake(origin, path, text));

    public IReadOnlyList<Mistake> InReadingOrder() => [.. _mistakes.Order(Comparer<Mistake>.Create((a, b) => Origin.Compare(a.Origin, b.Origin)))];
}
