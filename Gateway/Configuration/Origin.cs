namespace FrameRpc.Gateway.Configuration;

/// <summary>A place in a text, counted from 1 as editors do.</summary>
internal readonly record struct SourcePosition(int Line, int Column);

/// <summary>Where a setting comes from: a position in a file, or an environment variable.</summary>
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

    /// <summary>The order in which a reader meets the places: down the file, then the variables by name.</summary>
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
