using System.Globalization;
using System.Text;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>An error in the configuration: its position, the path of the option, and what to write instead.</summary>
internal sealed record Mistake(Origin Origin, string Path, string Text)
{
    /// <summary>
    /// For example <c>gateway.json:12:9: backends.storage.servrs: unknown name; …</c>. The name of a variable already contains the path.
    /// </summary>
    public override string ToString() => Printable(Path.Length == 0 || Origin.IsVariable ? $"{Origin}: {Text}" : $"{Origin}: {Path}: {Text}");

    /// <summary>Names and values from the file may contain line breaks or terminal escape sequences, but an error is one line.</summary>
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

/// <summary>The errors found so far. Checking continues after each, so that one run reports all of them.</summary>
internal sealed class MistakeList
{
    private readonly List<Mistake> _mistakes = [];

    public int Count => _mistakes.Count;

    public void Add(Origin origin, string path, string text) => _mistakes.Add(new Mistake(origin, path, text));

    public IReadOnlyList<Mistake> InReadingOrder() => [.. _mistakes.Order(Comparer<Mistake>.Create((a, b) => Origin.Compare(a.Origin, b.Origin)))];
}

/// <summary>Texts shared by several checks.</summary>
internal static class MistakeText
{
    /// <summary>A schema may have thousands of names, but an error is one line.</summary>
    private const int KnownShownMax = 20;

    /// <summary>For example <c>there is no backend "storag"; did you mean "storage"?</c></summary>
    public static string NoSuch(string kind, string written, IReadOnlyCollection<string> known)
    {
        string clause = NameSuggestion.Clause(written, known);
        if (clause.Length == 0)
            clause = known.Count == 0 ? $"; there are no {kind}s" : $"; the {kind}s are {List(known)}";
        return $"there is no {kind} \"{written}\"{clause}";
    }

    public static string List(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(KnownShownMax)) + (names.Count > KnownShownMax ? $" and {names.Count - KnownShownMax} more" : "");
}

/// <summary>A position in a text. Lines and columns count from 1, as in editors.</summary>
internal readonly record struct SourcePosition(int Line, int Column);

/// <summary>The source of a setting: a position in a file, or an environment variable.</summary>
internal readonly record struct Origin
{
    private readonly string _source;
    private readonly SourcePosition _position;

    private Origin(string source, SourcePosition position)
    {
        _source = source;
        _position = position;
    }

    public static Origin File(string name) => new(name, default);

    public static Origin File(string name, SourcePosition position) => new(name, position);

    public static Origin Variable(string name) => new(name, default) { IsVariable = true };

    public bool IsVariable { get; private init; }

    /// <summary>Reading order: by position in the file, then variables by name.</summary>
    public static int Compare(Origin a, Origin b)
    {
        int order = a.IsVariable.CompareTo(b.IsVariable);
        if (order == 0)
            order = a._position.Line.CompareTo(b._position.Line);
        if (order == 0)
            order = a._position.Column.CompareTo(b._position.Column);
        return order != 0 ? order : string.CompareOrdinal(a._source, b._source);
    }

    public override string ToString() => _position.Line == 0 ? _source : $"{_source}:{_position.Line}:{_position.Column}";
}
