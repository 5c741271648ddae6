using FrameRpc.Gateway.Proxy.Ledger;
using FrameRpc.Protocol.Frames;
using Xunit;

namespace FrameRpc.Tests.Proxy.Ledger;

public sealed class CallStatusesTests
{
    [Theory]
    [InlineData(200, "200")]
    [InlineData(404, "404")]
    [InlineData(429, "429")]
    [InlineData(504, "504")]
    [InlineData(0, "other")]
    [InlineData(199, "other")]
    [InlineData(418, "other")]
    [InlineData(505, "other")]
    [InlineData(0x6ad4023d, "other")]
    [InlineData(uint.MaxValue, "other")]
    public void An_smf_status_is_its_number_when_it_is_on_the_list_and_other_when_not(uint status, string label) =>
        Assert.Equal(label, CallStatuses.LabelOf(CallStatuses.OfSmf(status)));

    [Theory]
    [InlineData(ReplyError.Ok, "ok")]
    [InlineData(ReplyError.Request, "request")]
    [InlineData(ReplyError.Server, "server")]
    [InlineData(ReplyError.Undecided, "undecided")]
    [InlineData((ReplyError)200, "undecided")]
    public void A_frame_error_is_a_word(ReplyError error, string label) => Assert.Equal(label, CallStatuses.LabelOf(CallStatuses.OfFrame(error)));

    [Fact]
    public void Each_has_a_counter() => Assert.Equal(CallStatuses.Count, CallStatuses.All.Count);

    [Fact]
    public void Whatever_a_server_says_there_are_thirty_labels() => Assert.Equal(30, CallStatuses.All.Select(CallStatuses.LabelOf).Distinct().Count());
}
