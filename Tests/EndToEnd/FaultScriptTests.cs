namespace FrameRpc.Tests.EndToEnd;

/// <summary>The faults that show that the simulation bites. Playing them takes too long for a test; that they fit the sources does not.</summary>
public sealed class FaultScriptTests
{
    [Test]
    public async Task Every_fault_can_be_put_into_the_sources_as_they_are()
    {
        Result check = Run("--check");
        await Assert.That((check.Status, check.Error)).IsEqualTo((0, ""));
        await Assert.That(check.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length).IsGreaterThanOrEqualTo(10);
    }

    [Test]
    public async Task A_fault_that_there_is_not_is_refused_with_status_2()
    {
        Result refused = Run("no-such-fault");
        await Assert.That((refused.Status, refused.Error)).IsEqualTo((2, "faults.sh: there is no fault no-such-fault in Tests/Simulation/Faults\n"));
    }

    private static Result Run(string word) => Programs.Run(Programs.Start("bash", Repository.Root, [], ["Tests/Simulation/faults.sh", word]));
}
