using System.Buffers;
using System.Globalization;
using System.Text;

namespace FrameRpc.Gateway.Admin.Metrics;

/// <summary>
/// The Prometheus text format, version 0.0.4: for each family <c># HELP</c> and <c># TYPE</c>, then a line for each sample, <c>name{label="value"}
/// number</c>. Writes without allocating strings.
/// </summary>
internal sealed class MetricsWriter(IBufferWriter<byte> output)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const int NumberBytesMax = 32;

    private string _name = "";

    public void Counter(string name, string help) => Begin(name, "counter", help);

    public void Gauge(string name, string help) => Begin(name, "gauge", help);

    public void Histogram(string name, string help) => Begin(name, "histogram", help);

    public void Sample(double value, params ReadOnlySpan<Label> labels) => Write("", value, labels);

    /// <summary>One line of a histogram: <c>_bucket</c>, <c>_sum</c> or <c>_count</c>.</summary>
    public void Part(string suffix, double value, params ReadOnlySpan<Label> labels) => Write(suffix, value, labels);

    private void Begin(string name, string type, string help)
    {
        _name = name;
        Put("# HELP "u8);
        Put(name);
        Put(" "u8);
        Put(help);
        Put("\n# TYPE "u8);
        Put(name);
        Put(" "u8);
        Put(type);
        Put("\n"u8);
    }

    private void Write(string suffix, double value, ReadOnlySpan<Label> labels)
    {
        Put(_name);
        Put(suffix);
        for (int i = 0; i < labels.Length; i++)
        {
            Put(i == 0 ? "{"u8 : ","u8);
            Put(labels[i].Name);
            Put("=\""u8);
            PutEscaped(labels[i].Value);
            Put("\""u8);
        }
        Put(labels.IsEmpty ? " "u8 : "} "u8);
        value.TryFormat(output.GetSpan(NumberBytesMax), out int written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
        Put("\n"u8);
    }

    private void PutEscaped(string value)
    {
        if (value.AsSpan().IndexOfAny('\\', '"', '\n') < 0)
            Put(value);
        else
            Put(value.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal));
    }

    private void Put(string text) => output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));

    /// <summary>Requests the exact size: a response that has not begun returns no memory for a size hint of 0.</summary>
    private void Put(ReadOnlySpan<byte> text)
    {
        text.CopyTo(output.GetSpan(text.Length));
        output.Advance(text.Length);
    }
}

/// <summary>A label of a sample.</summary>
internal readonly record struct Label(string Name, string Value);
