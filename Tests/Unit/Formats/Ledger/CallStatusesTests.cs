using FrameRpc.Gateway.Formats.Frame;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Gateway.Formats.Smf;
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
        await Assert.That(SmfStatuses.List.NameOf(SmfStatuses.Of(status))).IsEqualTo(label);

    [Test]
    [Arguments(ReplyError.Ok, "ok")]
    [Arguments(ReplyError.Request, "request")]
    [Arguments(ReplyError.Server, "server")]
    [Arguments(ReplyError.Undecided, "undecided")]
    [Arguments((ReplyError)200, "undecided")]
    public async Task A_frame_error_is_a_word(ReplyError error, string label) =>
        await Assert.That(FrameStatuses.List.NameOf(FrameStatuses.Of(error))).IsEqualTo(label);

    [Test]
    public async Task Whatever_a_server_says_there_are_as_many_labels_as_the_lists_have()
    {
        await Assert.That(SmfStatuses.List.Names.Distinct().Count()).IsEqualTo(26);
        await Assert.That(FrameStatuses.List.Names).IsSequence(["cut", "ok", "request", "server", "undecided"]);
        await Assert.That(SmfStatuses.List.NameOf(CallStatus.Cut)).IsEqualTo("cut");
    }
}
