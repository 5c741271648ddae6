using System.Text;

namespace FrameRpc.Generators;

/// <summary>Lines of code, indented. They end the same way on every system, so that a build gives the same bytes everywhere.</summary>
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

    /// <summary>Lines one level further in, without braces.</summary>
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
