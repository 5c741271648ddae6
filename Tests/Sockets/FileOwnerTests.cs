using FrameRpc.Gateway.Sockets;
using Xunit;

namespace FrameRpc.Tests.Sockets;

public sealed class FileOwnerTests
{
    [Theory]
    [InlineData("root", 0u, null)]
    [InlineData("root:root", 0u, 0u)]
    [InlineData(":root", null, 0u)]
    [InlineData("0", 0u, null)]
    [InlineData("4000000000:12", 4000000000u, 12u)]
    [InlineData("daemon:7", 1u, 7u)]
    public void Names_are_looked_up_and_numbers_are_taken(string text, uint? user, uint? group)
    {
        Assert.Null(FileOwner.Resolve(text, out FileOwner owner));

        Assert.Equal(new FileOwner(user, group), owner);
    }

    [Theory]
    [InlineData("nobody-of-this-name", "there is no user \"nobody-of-this-name\" on this machine; write one that there is, or its number")]
    [InlineData("root:nobody-of-this-name", "there is no group \"nobody-of-this-name\" on this machine; write one that there is, or its number")]
    [InlineData(":nobody-of-this-name", "there is no group \"nobody-of-this-name\" on this machine; write one that there is, or its number")]
    // For the kernel it means that nothing is changed.
    [InlineData("4294967295", "there is no user \"4294967295\" on this machine; write one that there is, or its number")]
    [InlineData("-1", "there is no user \"-1\" on this machine; write one that there is, or its number")]
    public void Who_is_unknown_is_told(string text, string problem) => Assert.Equal(problem, FileOwner.Resolve(text, out _));
}
