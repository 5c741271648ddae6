using System.Globalization;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using FrameRpc.Bench.Json;

// Measures the speed of checking JSON parts; see bench/json.sh.
bool quick = args.Contains("--quick");
int rounds = quick ? 3 : 21;
double millisecondsARound = quick ? 2 : 20;

var texts = new Texts();
Console.WriteLine($"vectors of 16 bytes {Vector128.IsHardwareAccelerated}, of 32 {Vector256.IsHardwareAccelerated}; AVX2 {Avx2.IsSupported}");
Console.WriteLine(
    """
    | text | checker, GB/s [lowest highest] | Utf8JsonReader, GB/s | ratio | ≥ 1 GB/s |
    |---|---|---|---|---|
    """);
foreach (Text text in texts.All())
{
    Speeds median = Rounds.Measure(rounds, millisecondsARound, text.Bytes);
    Console.WriteLine(string.Join(" | ",
        $"| {text.Kind}",
        $"{Figure(median.CheckerGBs)} [{Figure(median.LowestGBs)} {Figure(median.HighestGBs)}]",
        Figure(median.ReaderGBs),
        Figure(median.Ratio),
        $"{(median.CheckerGBs >= 1 ? "reached" : "**missed**")} |"));
}
Console.WriteLine(
    """

    | body in one chunk | checker, ns | Utf8JsonReader, ns |
    |---|---|---|
    """);
foreach (int bytes in (int[])[24, 60, 100, 200])
{
    byte[] body = Texts.Small(bytes);
    Speeds median = Rounds.Measure(rounds, millisecondsARound, body);
    Console.WriteLine($"| {body.Length} bytes | {Figure(body.Length / median.CheckerGBs)} | {Figure(body.Length / median.ReaderGBs)} |");
}

static string Figure(double figure) => figure.ToString(figure >= 20 ? "0" : "0.00", CultureInfo.InvariantCulture);
