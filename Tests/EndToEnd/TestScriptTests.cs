namespace FrameRpc.Tests.EndToEnd;

/// <summary>What <c>test.sh</c> says before it builds anything.</summary>
public sealed class TestScriptTests
{
    [Test]
    public async Task Help_names_every_way_to_run_a_part()
    {
        Result help = Run("--help");
        await Assert.That((help.Status, help.Error)).IsEqualTo((0, ""));
        foreach (string way in (string[])["./test.sh  ", "./test.sh '*TimerWheel*'", "./test.sh --unit  ", "./test.sh --unit '*TimerWheel*'", "./test.sh --explore 10m"])
            await Assert.That(help.Output).Contains(way, StringComparison.Ordinal);
    }

    [Test]
    [Arguments("-class", "test.sh: unknown argument \"-class\"\n")]
    [Arguments("--explore", "test.sh: --explore takes a duration in seconds, minutes or hours: 90s, 10m, 2h\n")]
    [Arguments("--explore soon", "test.sh: --explore takes a duration in seconds, minutes or hours: 90s, 10m, 2h\n")]
    [Arguments("--explore 0s", "test.sh: --explore takes a duration in seconds, minutes or hours: 90s, 10m, 2h\n")]
    [Arguments("One Two", "test.sh: only one name can be given; \"*\" in it matches any characters\n")]
    public async Task Words_that_select_nothing_are_refused_with_status_2(string words, string error)
    {
        Result refused = Run(words.Split(' '));
        await Assert.That((refused.Status, refused.Output)).IsEqualTo((2, ""));
        await Assert.That(refused.Error).StartsWith(error, StringComparison.Ordinal);
    }

    private static Result Run(params string[] words) => Programs.Run(Programs.Start("bash", Repository.Root, [], ["test.sh", .. words]));
}
