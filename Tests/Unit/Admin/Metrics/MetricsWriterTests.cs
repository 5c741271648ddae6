using System.Buffers;
using System.Text;
using FrameRpc.Gateway.Admin.Metrics;

namespace FrameRpc.Tests.Admin.Metrics;

public sealed class MetricsWriterTests
{
    private readonly ArrayBufferWriter<byte> _page = new();

    private string Text => Encoding.UTF8.GetString(_page.WrittenSpan);

    [Test]
    public async Task A_family_is_its_help_its_type_and_a_line_for_each_sample()
    {
        var to = new MetricsWriter(_page);
        to.Counter("frpc_calls_total", "Calls that ended.");
        to.Sample(3, new Label("route", "get"), new Label("status", "200"));
        to.Sample(0);
        await Assert.That(Text).IsEqualTo("""
            # HELP frpc_calls_total Calls that ended.
            # TYPE frpc_calls_total counter
            frpc_calls_total{route="get",status="200"} 3
            frpc_calls_total 0

            """);
    }

    [Test]
    public async Task A_histogram_has_its_parts_under_one_name()
    {
        var to = new MetricsWriter(_page);
        to.Histogram("frpc_call_duration_seconds", "How long.");
        to.Part("_bucket", 1, new Label("le", "+Inf"));
        to.Part("_sum", 0.000_064);
        await Assert.That(Text)
            .EndsWith("frpc_call_duration_seconds_bucket{le=\"+Inf\"} 1\nfrpc_call_duration_seconds_sum 6.4E-05\n", StringComparison.Ordinal);
    }

    [Test]
    public async Task What_would_end_a_label_early_is_escaped()
    {
        var to = new MetricsWriter(_page);
        to.Gauge("g", "h");
        to.Sample(1, new Label("name", "a\"b\\c\nd é"));
        await Assert.That(Text).EndsWith("g{name=\"a\\\"b\\\\c\\nd é\"} 1\n", StringComparison.Ordinal);
    }

    /// <summary>A response that has not begun is such a place.</summary>
    [Test]
    public async Task A_place_that_gives_no_more_room_than_is_asked_for_is_written_to()
    {
        var place = new StrictPlace();
        var to = new MetricsWriter(place);
        to.Gauge("g", "h");
        to.Sample(1, new Label("name", "a"));
        await Assert.That(Encoding.UTF8.GetString(place.Written)).IsEqualTo("# HELP g h\n# TYPE g gauge\ng{name=\"a\"} 1\n");
    }

    [Test]
    [Arguments(9_007_199_254_740_992, "9007199254740992")]
    [Arguments(0.25, "0.25")]
    [Arguments(double.MaxValue, "1.7976931348623157E+308")]
    public async Task Numbers_are_whole_and_exact(double value, string written)
    {
        var to = new MetricsWriter(_page);
        to.Gauge("g", "h");
        to.Sample(value);
        await Assert.That(Text).EndsWith($"g {written}\n", StringComparison.Ordinal);
    }

    private sealed class StrictPlace : IBufferWriter<byte>
    {
        private readonly ArrayBufferWriter<byte> _place = new();

        public ReadOnlySpan<byte> Written => _place.WrittenSpan;

        public void Advance(int count) => _place.Advance(count);

        public Memory<byte> GetMemory(int sizeHint = 0) => _place.GetMemory(Math.Max(sizeHint, 1))[..sizeHint];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
