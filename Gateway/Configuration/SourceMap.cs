using System.Text;
using System.Text.Json;

namespace FrameRpc.Gateway.Configuration;

/// <summary>A value of the file: its name as written, where name and value begin, and its kind.</summary>
internal sealed record SourceEntry(string Name, SourcePosition NamePosition, SourcePosition ValuePosition, SettingKind Kind);

/// <summary>
/// Positions of all names and values in the file. IConfiguration has no positions, token kinds or case of names, so the file is read a second time to
/// locate errors.
/// </summary>
/// <remarks>Keys are IConfiguration's: names and indexes joined by colons, compared without case.</remarks>
internal sealed class SourceMap
{
    /// <summary>The container image has an empty file as the mount point of a configuration.</summary>
    private const string NothingHere =
        "the file is empty; in a container, mount a configuration in its place "
        + "(--volume ./gateway.json:/etc/frpc/gateway.json:ro, or a ConfigMap on /etc/frpc); "
        + "elsewhere begin with the gateway.json that comes with frpc-gateway";

    private readonly Dictionary<string, SourceEntry> _entries = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Range> _refused = [];
    private readonly string _file;
    private readonly byte[] _text;
    private readonly List<int> _lineStarts = [0];
    private readonly MistakeList _mistakes;

    private SourceMap(string file, byte[] text, MistakeList mistakes)
    {
        _file = file;
        _text = text;
        _mistakes = mistakes;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
                _lineStarts.Add(i + 1);
        }
    }

    /// <summary>Reads the file's text; null, with an error added, if it is not JSON.</summary>
    public static SourceMap? Read(string file, byte[] text, MistakeList mistakes)
    {
        // Some editors write a byte order mark, which Utf8JsonReader rejects.
        if (text.AsSpan().StartsWith(Encoding.UTF8.Preamble))
            text = text[Encoding.UTF8.Preamble.Length..];
        var map = new SourceMap(file, text, mistakes);
        return map.TryReadAll() ? map : null;
    }

    public SourceEntry? Find(string key) => _entries.GetValueOrDefault(key);

    public Origin At(SourcePosition position) => Origin.File(_file, position);

    /// <summary>The text without the rejected members: IConfiguration throws on a duplicate name, but the rest is to be checked too.</summary>
    public byte[] TextForConfiguration()
    {
        byte[] text = [.. _text];
        foreach (Range range in _refused)
            text.AsSpan(range).Fill((byte)' ');
        return text;
    }

    private bool TryReadAll()
    {
        if (_text.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
        {
            _mistakes.Add(At(PositionOf(0)), "", NothingHere);
            return false;
        }
        var reader = new Utf8JsonReader(_text, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        try
        {
            reader.Read();
            ReadValue(ref reader, "", "", "", Here(reader));
            // Finds text after the value.
            reader.Read();
        }
        catch (JsonException e)
        {
            AddNotJson(e);
            return false;
        }
        catch (InvalidOperationException)
        {
            _mistakes.Add(At(Here(reader)), "", "not valid JSON: the text here is not UTF-8, or escapes half of a surrogate pair");
            return false;
        }
        if (_entries[""].Kind == SettingKind.Object)
            return true;
        _mistakes.Add(At(_entries[""].ValuePosition), "", $"the file {_entries[""].Kind.Describe()}; write an object: {{ \"listeners\": [ … ], … }}");
        return false;
    }

    /// <summary>The reader's message ends with the position in its own form, counted from 0.</summary>
    private void AddNotJson(JsonException e)
    {
        string message = e.Message;
        int end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (end > 0)
            message = message[..end];
        int lineStart = _lineStarts[Math.Min((int)(e.LineNumber ?? 0), _lineStarts.Count - 1)];
        int offset = Math.Min(lineStart + (int)(e.BytePositionInLine ?? 0), _text.Length);
        _mistakes.Add(At(PositionOf(offset)), "", $"not valid JSON: {message}");
    }

    private void ReadValue(ref Utf8JsonReader reader, string key, string path, string name, SourcePosition namePosition)
    {
        SettingKind kind = KindOf(reader.TokenType);
        _entries[key] = new SourceEntry(name, namePosition, Here(reader), kind);
        if (kind == SettingKind.Object)
            ReadObject(ref reader, key, path);
        else if (kind == SettingKind.Array)
            ReadArray(ref reader, key, path);
        else if (kind == SettingKind.String)
            _ = reader.GetString();
    }

    private void ReadObject(ref Utf8JsonReader reader, string key, string path)
    {
        int? refusedFrom = null;
        while (reader.Read())
        {
            // The comma after a rejected member is removed with it; the one before may then trail, which is allowed.
            if (refusedFrom is { } start)
                _refused.Add(start..(int)reader.TokenStartIndex);
            refusedFrom = null;
            if (reader.TokenType == JsonTokenType.EndObject)
                return;

            int nameStart = (int)reader.TokenStartIndex;
            SourcePosition namePosition = Here(reader);
            string name = reader.GetString()!;
            string memberPath = path.Length == 0 ? name : $"{path}.{name}";
            string memberKey = key.Length == 0 ? name : $"{key}:{name}";
            string? problem = ProblemOf(name, memberKey);
            reader.Read();
            if (problem is null)
            {
                ReadValue(ref reader, memberKey, memberPath, name, namePosition);
                continue;
            }
            _mistakes.Add(At(namePosition), memberPath, problem);
            refusedFrom = nameStart;
            reader.Skip();
        }
    }

    private void ReadArray(ref Utf8JsonReader reader, string key, string path)
    {
        for (int index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
            ReadValue(ref reader, $"{key}:{index}", $"{path}[{index}]", "", Here(reader));
    }

    private string? ProblemOf(string name, string key)
    {
        if (name.Length == 0)
            return "a name cannot be empty";
        if (name.Contains(':'))
            return "a name cannot contain \":\"";
        if (!_entries.TryGetValue(key, out SourceEntry? first))
            return null;
        return first.Name == name
            ? $"is given twice, first at {At(first.NamePosition)}; keep one of them"
            : $"differs only in case from \"{first.Name}\" at {At(first.NamePosition)}; environment variables could not tell them apart";
    }

    private SourcePosition Here(in Utf8JsonReader reader) => PositionOf((int)reader.TokenStartIndex);

    private SourcePosition PositionOf(int offset)
    {
        int line = _lineStarts.BinarySearch(offset);
        if (line < 0)
            line = ~line - 1;
        int column = Encoding.UTF8.GetCharCount(_text, _lineStarts[line], offset - _lineStarts[line]);
        return new SourcePosition(line + 1, column + 1);
    }

    private static SettingKind KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => SettingKind.Object,
        JsonTokenType.StartArray => SettingKind.Array,
        JsonTokenType.String => SettingKind.String,
        JsonTokenType.Number => SettingKind.Number,
        JsonTokenType.True or JsonTokenType.False => SettingKind.Boolean,
        JsonTokenType.Null => SettingKind.Null,
        _ => throw new InvalidOperationException($"A value cannot begin with {token}."),
    };
}
