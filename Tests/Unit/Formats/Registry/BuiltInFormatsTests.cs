using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Formats.Registry;

namespace FrameRpc.Tests.Formats.Registry;

public sealed class BuiltInFormatsTests
{
    [Test]
    public async Task Every_format_that_a_configuration_can_name_has_an_implementation_and_there_is_no_other() =>
        await Assert.That(BuiltInFormats.Registry.All.Select(format => format.Wire)).IsSequence(WireFormat.All);
}
