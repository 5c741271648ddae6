using System.Text;
using FrameRpc.Protocol.Identity;

namespace FrameRpc.Tests.Protocol.Identity;

public sealed class RequestIdTests
{
    [Test]
    public async Task A_method_has_the_id_that_smf_generates()
    {
        await Assert.That(RequestId.ForEndpoint("SmfStorage")).IsEqualTo(new RequestId(212494116));
        await Assert.That(RequestId.ForEndpoint("Get:smf_gen::demo::Request:smf_gen::demo::Response")).IsEqualTo(new RequestId(1719559449));
        RequestId id = RequestId.ForMethod("SmfStorage", "Get", "smf_gen::demo::Request", "smf_gen::demo::Response");
        await Assert.That(id).IsEqualTo(new RequestId(1792279101));
    }

    [Test]
    [Arguments("Echo")]
    [Arguments("")]
    [Arguments("größer, 大きい, 🦊")]
    public async Task An_endpoint_has_one_id_as_text_and_as_utf8(string endpoint)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(endpoint);
        await Assert.That(RequestId.ForEndpoint(utf8)).IsEqualTo(new RequestId(BitByBit(utf8)));
        await Assert.That(RequestId.ForEndpoint(endpoint)).IsEqualTo(RequestId.ForEndpoint(utf8));
    }

    [Test]
    public async Task An_endpoint_has_the_check_value_of_CRC_32() => await Assert.That(RequestId.ForEndpoint("123456789")).IsEqualTo(new RequestId(0xcbf43926));

    /// <summary>A method's id is made of the same bytes, however they are converted.</summary>
    [Test]
    public async Task A_method_with_long_names_or_a_lone_surrogate_has_the_id_of_its_parts()
    {
        string longName = "x" + new string('大', 1000);
        foreach (string name in new[] { longName, "a\ud800b", "" })
        {
            uint expected = RequestId.ForEndpoint(name).Value ^ RequestId.ForEndpoint($"{name}:{name}:{name}").Value;
            await Assert.That(RequestId.ForMethod(name, name, name, name)).IsEqualTo(new RequestId(expected));
        }
    }

    [Test]
    public async Task Names_longer_than_the_conversion_buffer_hash_whole()
    {
        // 1 + 3n bytes, so that characters straddle the end of a power-of-two buffer.
        string name = "x" + new string('大', 1000);
        await Assert.That(RequestId.ForEndpoint(name)).IsEqualTo(RequestId.ForEndpoint(Encoding.UTF8.GetBytes(name)));
    }

    [Test]
    public async Task A_lone_surrogate_counts_as_the_replacement_character()
    {
        await Assert.That(RequestId.ForEndpoint("a\ud800b")).IsEqualTo(RequestId.ForEndpoint("a\ufffdb"));
        await Assert.That(RequestId.ForEndpoint("a\ud800")).IsEqualTo(RequestId.ForEndpoint("a\ufffd"));
    }

    [Test]
    public async Task It_is_written_as_eight_hex_digits()
    {
        await Assert.That(new RequestId(1792279101).ToString()).IsEqualTo("0x6ad4023d");
        await Assert.That(new RequestId(10).ToString()).IsEqualTo("0x0000000a");
    }

    [Test]
    [Arguments("1792279101", 1792279101u)]
    [Arguments("0x6ad4023d", 1792279101u)]
    [Arguments("0X6AD4023D", 1792279101u)]
    [Arguments("0", 0u)]
    [Arguments("0x0", 0u)]
    [Arguments("4294967295", uint.MaxValue)]
    public async Task Decimal_and_hex_are_read(string text, uint value)
    {
        await Assert.That(RequestId.TryParse(text, out RequestId id)).IsTrue();
        await Assert.That(id.Value).IsEqualTo(value);
    }

    [Test]
    [Arguments("")]
    [Arguments("0x")]
    [Arguments("-1")]
    [Arguments("+1")]
    [Arguments(" 1")]
    [Arguments("1 ")]
    [Arguments("0x 1")]
    [Arguments("1,000")]
    [Arguments("6ad4023d")]
    [Arguments("4294967296")]
    [Arguments("0x1ffffffff")]
    [Arguments("٣")]
    public async Task Anything_else_is_refused(string text) => await Assert.That(RequestId.TryParse(text, out _)).IsFalse();

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
