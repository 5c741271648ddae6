using System.Text;
using FrameRpc.Protocol.Identity;
using Xunit;

namespace FrameRpc.Tests.Protocol.Identity;

public sealed class RequestIdTests
{
    [Fact]
    public void A_method_has_the_id_that_smf_generates()
    {
        Assert.Equal(new RequestId(212494116), RequestId.ForEndpoint("SmfStorage"));
        Assert.Equal(new RequestId(1719559449), RequestId.ForEndpoint("Get:smf_gen::demo::Request:smf_gen::demo::Response"));
        RequestId id = RequestId.ForMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response");
        Assert.Equal(new RequestId(1792279101), id);
    }

    [Theory]
    [InlineData("Echo")]
    [InlineData("")]
    [InlineData("größer, 大きい, 🦊")]
    public void An_endpoint_has_one_id_as_text_and_as_utf8(string endpoint)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(endpoint);
        Assert.Equal(new RequestId(BitByBit(utf8)), RequestId.ForEndpoint(utf8));
        Assert.Equal(RequestId.ForEndpoint(utf8), RequestId.ForEndpoint(endpoint));
    }

    [Fact]
    public void An_endpoint_has_the_check_value_of_CRC_32() => Assert.Equal(new RequestId(0xcbf43926), RequestId.ForEndpoint("123456789"));

    /// <summary>A method's id is made of the same bytes, however they are converted.</summary>
    [Fact]
    public void A_method_with_long_names_or_a_lone_surrogate_has_the_id_of_its_parts()
    {
        string longName = "x" + new string('大', 1000);
        foreach (string name in new[] { longName, "a\ud800b", "" })
        {
            uint expected = RequestId.ForEndpoint(name).Value ^ RequestId.ForEndpoint($"{name}:{name}:{name}").Value;
            Assert.Equal(new RequestId(expected), RequestId.ForMethod(name, name, name, name));
        }
    }

    [Fact]
    public void Names_longer_than_the_conversion_buffer_hash_whole()
    {
        // 1 + 3n bytes, so that characters straddle the end of a power-of-two buffer.
        string name = "x" + new string('大', 1000);
        Assert.Equal(RequestId.ForEndpoint(Encoding.UTF8.GetBytes(name)), RequestId.ForEndpoint(name));
    }

    [Fact]
    public void A_lone_surrogate_counts_as_the_replacement_character()
    {
        Assert.Equal(RequestId.ForEndpoint("a\ufffdb"), RequestId.ForEndpoint("a\ud800b"));
        Assert.Equal(RequestId.ForEndpoint("a\ufffd"), RequestId.ForEndpoint("a\ud800"));
    }

    [Fact]
    public void It_is_written_as_eight_hex_digits()
    {
        Assert.Equal("0x6ad4023d", new RequestId(1792279101).ToString());
        Assert.Equal("0x0000000a", new RequestId(10).ToString());
    }

    [Theory]
    [InlineData("1792279101", 1792279101u)]
    [InlineData("0x6ad4023d", 1792279101u)]
    [InlineData("0X6AD4023D", 1792279101u)]
    [InlineData("0", 0u)]
    [InlineData("0x0", 0u)]
    [InlineData("4294967295", uint.MaxValue)]
    public void Decimal_and_hex_are_read(string text, uint value)
    {
        Assert.True(RequestId.TryParse(text, out RequestId id));
        Assert.Equal(value, id.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("0x 1")]
    [InlineData("1,000")]
    [InlineData("6ad4023d")]
    [InlineData("4294967296")]
    [InlineData("0x1ffffffff")]
    [InlineData("٣")]
    public void Anything_else_is_refused(string text) => Assert.False(RequestId.TryParse(text, out _));

    /// <summary>The definition of CRC-32.</summary>
    private static uint BitByBit(ReadOnlySpan<byte> data)
    {
        uint state = 0xffffffff;
        foreach (byte next in data)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                bool one = ((state ^ (uint)(next >> bit)) & 1) != 0;
                state = (state >> 1) ^ (one ? 0xEDB88320 : 0);
            }
        }
        return ~state;
    }
}
