using System.Text.RegularExpressions;
using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Tests.EndToEnd;
using Xunit;

namespace FrameRpc.Tests.Admin;

public sealed partial class AdminTokenTests : IDisposable
{
    private const string Token = "0123456789abcdef";

    private const string WhatToWrite = "; write one line of 16 to 512 printable characters without blanks, as \"openssl rand -hex 32\" makes it";

    private readonly TestNetwork _network = new();

    private string File => Path.Combine(_network.Folder, "token");

    public void Dispose() => _network.Dispose();

    [Theory]
    [InlineData(Token)]
    [InlineData(Token + "\n")]
    [InlineData(Token + "\r\n")]
    public void A_file_with_one_line_is_a_token(string text)
    {
        AdminToken token = Open(text);

        Assert.True(token.Matches(Token));
        Assert.All(["", "0123456789abcde", Token + "0", Token + "\n", "1123456789abcdef", new string('x', 600), "é123456789abcdef"], other => Assert.False(token.Matches(other)));
        Assert.Equal(Token, AdminToken.ReadText(File));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\n", "is empty")]
    [InlineData("0123456789abcde\n", "has 15 characters, which are too few")]
    [InlineData("0123456789abcdef 0123456789abcdef", "has a character that no token has, or more than one line")]
    [InlineData("0123456789abcdef\n0123456789abcdef\n", "has a character that no token has, or more than one line")]
    [InlineData("0123456789abcdef\u00e9", "has a character that no token has, or more than one line")]
    public void What_is_no_token_is_told(string text, string problem) => Assert.Equal($"the token in {File} {problem}{WhatToWrite}", Refused(text));

    [Fact]
    public void A_token_has_a_longest()
    {
        Assert.True(Open(new string('x', AdminToken.CharsMax) + "\n").Matches(new string('x', AdminToken.CharsMax)));
        System.IO.File.Delete(File);
        Assert.Equal($"the token in {File} is too long{WhatToWrite}", Refused(new string('x', AdminToken.CharsMax + 1)));
    }

    [Theory]
    [InlineData("0640")]
    [InlineData("0604")]
    [InlineData("0601")]
    [InlineData("0777")]
    public void A_file_that_others_may_use_is_refused(string mode) => Assert.Equal(
        $"others than its owner may use {File} (mode {mode}); chmod 600 {File}, and write another token into it if somebody has read it",
        Refused(Token, Convert.ToInt32(mode, 8)));

    [Fact]
    public void A_file_of_another_user_is_refused_who_knows_the_token()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root gives files away");
        Write(Token, 0x180);
        FileSystem.ChangeOwner(File, new FileOwner(12345, null));

        Assert.Equal(
            $"{File} belongs to user 12345, who knows the token then; it has to be the gateway's own, 0, or root's: chown it, and write another token into it",
            AdminToken.FindProblem(File, create: true));
    }

    [Fact]
    public void What_is_no_regular_file_is_refused_and_not_waited_for()
    {
        Assert.Equal(0, Binary.Run(Binary.StartProgram("mkfifo", _network.Folder, [], "-m", "600", File)).Status);
        string problem = $"{File} is no regular file; name one, or a path where there is none yet, with \"createToken\": true";

        Assert.Equal(problem, AdminToken.FindProblem(File, create: true));
        Assert.Equal(problem, Assert.Throws<IOException>(() => AdminToken.ReadText(File)).Message);
        Assert.Equal(problem.Replace(File, _network.Folder, StringComparison.Ordinal), AdminToken.FindProblem(_network.Folder, create: false));
        Assert.Equal(problem.Replace(File, "/dev/zero", StringComparison.Ordinal), AdminToken.FindProblem("/dev/zero", create: false));
    }

    [Fact]
    public void Where_there_is_none_it_is_made_if_that_is_asked_for()
    {
        Assert.Equal($"there is no {File}; make it, readable by the gateway's user alone, or write \"createToken\": true beside it", AdminToken.FindProblem(File, create: false));
        Assert.Null(AdminToken.FindProblem(File, create: true));
        Assert.False(System.IO.File.Exists(File));

        AdminToken token = AdminToken.Open(File, create: true);

        string text = System.IO.File.ReadAllText(File);
        Assert.Matches(Hex(), text);
        Assert.True(token.Matches(text.TrimEnd('\n')));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, FileSystem.Look(File)!.Value.Mode);
        Assert.Equal([File], Directory.GetFileSystemEntries(_network.Folder));
    }

    [Fact]
    public void What_is_there_is_never_written_over()
    {
        AdminToken first = AdminToken.Open(File, create: true);
        string text = AdminToken.ReadText(File);

        Assert.True(AdminToken.Open(File, create: true).Matches(text));
        Assert.True(first.Matches(text));
        System.IO.File.WriteAllText(File, "short");
        Assert.Throws<IOException>(() => AdminToken.Open(File, create: true));
        Assert.Equal("short", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public async Task Gateways_that_start_at_once_have_one_token()
    {
        AdminToken[] tokens = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => AdminToken.Open(File, create: true))));

        Assert.All(tokens, token => Assert.True(token.Matches(AdminToken.ReadText(File))));
        Assert.Equal([File], Directory.GetFileSystemEntries(_network.Folder));
    }

    [Theory]
    [InlineData("/nowhere/at/all/token", "the directory /nowhere/at/all does not exist, so no token can be made in it")]
    [InlineData("/proc/token", "/proc/token cannot be made: ")]
    public void Where_none_can_be_made_it_is_told(string path, string problem) =>
        Assert.StartsWith(problem, Assert.Throws<IOException>(() => AdminToken.Open(path, create: true)).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_are_not_alike() => Assert.NotEqual(Entropy.Take(32), Entropy.Take(32));

    private AdminToken Open(string text)
    {
        Write(text, 0x180);
        Assert.Null(AdminToken.FindProblem(File, create: false));
        return AdminToken.Open(File, create: false);
    }

    private string Refused(string text, int mode = 0x180)
    {
        Write(text, mode);
        string message = Assert.Throws<IOException>(() => AdminToken.Open(File, create: true)).Message;
        Assert.Equal(message, AdminToken.FindProblem(File, create: true));
        return message;
    }

    private void Write(string text, int mode)
    {
        System.IO.File.WriteAllText(File, text);
        FileSystem.ChangeMode(File, (UnixFileMode)mode);
    }

    [GeneratedRegex("^[0-9a-f]{64}\n$")]
    private static partial Regex Hex();
}
