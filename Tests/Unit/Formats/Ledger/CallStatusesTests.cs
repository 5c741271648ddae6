using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Formats.Ledger;

public sealed class CallStatusesTests
{
    [Test]
    [Arguments(200, "200")]
    [Arguments(404, "404")]
    [Arguments(429, "429")]
    [Arguments(504, "504")]
    [Arguments(0, "other")]
    [Arguments(199, "other")]
    [Arguments(418, "other")]
    [Arguments(505, "other")]
    [Arguments(0x6ad4023d, "other")]
    [Arguments(uint.MaxValue, "other")]
    public async Task An_smf_status_is_its_number_when_it_is_on_the_list_and_other_when_not(uint status, string label) =>
        await Assert.That(CallStatuses.LabelOf(CallStatuses.OfSmf(status))).IsEqualTo(label);

    [Test]
    [Arguments(ReplyError.Ok, "ok")]
    [Arguments(ReplyError.Request, "request")]
    [Arguments(ReplyError.Server, "server")]
    [Arguments(ReplyError.Undecided, "undecided")]
    [Arguments((ReplyError)200, "undecided")]
    public async Task A_frame_error_is_a_word(ReplyError error, string label) =>
        await Assert.That(CallStatuses.LabelOf(CallStatuses.OfFrame(error))).IsEqualTo(label);

    [Test]
    public async Task Each_has_a_counter() => await Assert.That(CallStatuses.All.Count).IsEqualTo(CallStatuses.Count);

    [Test]
    public async Task Whatever_a_server_says_there_are_thirty_labels() =>
        await Assert.That(CallStatuses.All.Select(CallStatuses.LabelOf).Distinct().Count()).IsEqualTo(30);
}
