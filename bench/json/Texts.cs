using System.Globalization;
using System.Text;

namespace FrameRpc.Bench.Json;

/// <summary>The kinds of JSON to measure, each about a MiB long and the same in every run.</summary>
internal sealed class Texts
{
    private const int Bytes = 1 << 20;
    private const string Latin = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789";
    private const string Cyrillic = "абвгдежзиклмнопрстуфхцчшщьэюя АБВГДЕЖЗ";
    private const string Han = "的一是不了人我在有他这中大来上个国到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后";
    private const string Accented = "la forêt très âgée où l'été s'éteint déjà, naïve et gênée; Übergröße für Füße, schön heiß";

    private readonly Random _random = new(1);

    public IEnumerable<Text> All() =>
    [
        new("one long ASCII string", Quote(Run(Latin, Bytes))),
        new("Base64 in a string", Quote(Convert.ToBase64String(RandomBytes(Bytes * 3 / 4)))),
        new("objects, minified", Array(() => Entry("", "", ""))),
        new("objects, indented", Array(() => Entry("\n    ", " ", "\n  "), "\n  ", "\n")),
        new("array of integers", Array(() => Integer())),
        new("array of floating-point numbers", Array(() => Number())),
        new("many short strings", Array(() => Quote(Run(Latin, _random.Next(1, 13))))),
        new("non-ASCII: French and German, 1 to 2 bytes", Array(() => Quote(Sentence(Accented)))),
        new("non-ASCII: Cyrillic, 2 bytes", Array(() => Quote(Run(Cyrillic, _random.Next(10, 100))))),
        new("non-ASCII: Chinese, 3 bytes", Array(() => Quote(Run(Han, _random.Next(10, 100))))),
        new("non-ASCII: emoji among words, 1 to 4 bytes", Array(() => Quote(Emoji()))),
        new("JSON in a string, escaped quotes", Quote(Array(() => Entry("", "", "")).Replace("\"", "\\\"", StringComparison.Ordinal))),
        new("Cyrillic as \\u escapes", Array(() => Quote(Escaped(Run(Cyrillic, _random.Next(10, 100)))))),
        new("deep brackets", Array(() => "[[[[{\"a\":[]}],[]],{}],[[]]]")),
    ];

    /// <summary>The body of a call, about this long.</summary>
    public static byte[] Small(int bytes) => Encoding.UTF8.GetBytes($$"""{"id":1234,"name":"{{new string('x', bytes - 22)}}"}""");

    private static string Array(Func<string> value, string before = "", string last = "")
    {
        var text = new StringBuilder("[");
        for (string separator = before; text.Length < Bytes; separator = $",{before}")
            text.Append(separator).Append(value());
        return text.Append(last).Append(']').ToString();
    }

    private static string Quote(string text) => $"\"{text}\"";

    private static string Escaped(string text) => string.Concat(text.Select(unit => $"\\u{(int)unit:x4}"));

    private string Entry(string line, string space, string last)
    {
        string inner = line.Length == 0 ? "" : $"{line}  ";
        string[] members =
        [
            $"\"id\":{space}{_random.Next(1, 1_000_000)}",
            $"\"name\":{space}{Quote(Run(Latin, _random.Next(5, 30)))}",
            $"\"active\":{space}{(_random.Next(2) == 0 ? "true" : "false")}",
            $"\"balance\":{space}{(_random.NextDouble() * 10_000).ToString("F2", CultureInfo.InvariantCulture)}",
            $"\"email\":{space}{Quote(Run(Latin[..26], _random.Next(4, 12)) + "@example.org")}",
            $"\"created_at\":{space}\"2026-11-{_random.Next(10, 30)}T{_random.Next(10, 24)}:{_random.Next(10, 60)}:00Z\"",
            $"\"parent\":{space}{(_random.Next(3) == 0 ? "null" : Integer())}",
            $"\"tags\":{space}[{string.Join($",{space}", Enumerable.Range(0, _random.Next(4)).Select(_ => Quote(Run(Latin[..26], _random.Next(3, 10)))))}]",
            $"\"address\":{space}{{{inner}\"street\":{space}{Quote(Run(Latin, _random.Next(8, 25)))},{inner}\"zip\":{space}{Quote(Integer())}{line}}}",
        ];
        return $"{{{line}{string.Join($",{line}", members)}{last}}}";
    }

    private string Integer() => _random.Next((int)Math.Pow(10, _random.Next(1, 9))).ToString(CultureInfo.InvariantCulture);

    private string Number() => ((_random.NextDouble() - 0.5) * Math.Pow(10, _random.Next(-8, 8))).ToString("R", CultureInfo.InvariantCulture);

    private string Sentence(string of)
    {
        int start = _random.Next(of.Length / 2);
        return of.Substring(start, _random.Next(of.Length - start));
    }

    private string Emoji() => string.Concat(Enumerable.Range(0, _random.Next(2, 12))
        .Select(_ => Run(Latin, _random.Next(1, 9)) + char.ConvertFromUtf32(_random.Next(0x1F600, 0x1F640))));

    private string Run(string of, int characters) => string.Create(characters, (of, _random), static (span, from) =>
    {
        foreach (ref char character in span)
            character = from.of[from._random.Next(from.of.Length)];
    });

    private byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}

/// <summary>One kind of text.</summary>
internal sealed record Text(string Kind, byte[] Bytes)
{
    public Text(string kind, string json)
        : this(kind, Encoding.UTF8.GetBytes(json))
    {
    }
}
