using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Sockets;

public sealed class FileOwnerTests
{
    [Test]
    [Arguments("root", 0u, null)]
    [Arguments("root:root", 0u, 0u)]
    [Arguments(":root", null, 0u)]
    [Arguments("0", 0u, null)]
    [Arguments("4000000000:12", 4000000000u, 12u)]
    [Arguments("daemon:7", 1u, 7u)]
    public async Task Names_are_looked_up_and_numbers_are_taken(string text, uint? user, uint? group)
    {
        await Assert.That(FileOwner.Resolve(text, out FileOwner owner)).IsNull();

        await Assert.That(owner).IsEqualTo(new FileOwner(user, group));
    }

    [Test]
    [Arguments("nobody-of-this-name", "user \"nobody-of-this-name\" does not exist on this machine; write an existing user, or its number")]
    [Arguments("root:nobody-of-this-name", "group \"nobody-of-this-name\" does not exist on this machine; write an existing group, or its number")]
    [Arguments(":nobody-of-this-name", "group \"nobody-of-this-name\" does not exist on this machine; write an existing group, or its number")]
    // For the kernel it means that nothing is changed.
    [Arguments("4294967295", "user \"4294967295\" does not exist on this machine; write an existing user, or its number")]
    [Arguments("-1", "user \"-1\" does not exist on this machine; write an existing user, or its number")]
    public async Task Who_is_unknown_is_told(string text, string problem) => await Assert.That(FileOwner.Resolve(text, out _)).IsEqualTo(problem);
}
