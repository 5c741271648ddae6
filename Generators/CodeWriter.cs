using System.Text;

namespace FrameRpc.Generators;

/// <summary>Indented lines of code. Line ends are the same on every system, so that builds are reproducible.</summary>
internal sealed class CodeWriter
{
    private const int SpacesPerLevel = 4;

    private readonly StringBuilder _text = new();
    private int _level;

    public void Line(string line = "")
    {
        if (line.Length > 0)
            _ = _text.Append(' ', _level * SpacesPerLevel).Append(line);
        _ = _text.Append('\n');
    }

    /// <summary>Lines one level deeper, without braces.</summary>
    public void Indented(Action lines)
    {
        _level++;
        lines();
        _level--;
    }

    /// <summary>Lines between braces.</summary>
    public void Block(string head, Action lines, string tail = "")
    {
        Line(head);
        Line("{");
        Indented(lines);
        Line("}" + tail);
    }

    public override string ToString() => _text.ToString();
}
