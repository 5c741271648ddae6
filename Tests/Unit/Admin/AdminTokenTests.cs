using System.Text.RegularExpressions;
using FrameRpc.Gateway.Admin;
using FrameRpc.Gateway.Sockets;

namespace FrameRpc.Tests.Admin;

public sealed partial class AdminTokenTests : IDisposable
{
    private const string Token = "0123456789abcdef";

    private const string WhatToWrite = "; write one line of 16 to 512 printable characters without spaces, for example the output of \"openssl rand -hex 32\"";

    private readonly TestNetwork _network = new();

    private string File => Path.Combine(_network.Folder, "token");

    public void Dispose() => _network.Dispose();

    [Test]
    [Arguments(Token)]
    [Arguments(Token + "\n")]
    [Arguments(Token + "\r\n")]
    public async Task A_file_with_one_line_is_a_token(string text)
    {
        AdminToken token = await Open(text);

        await Assert.That(token.Matches(Token)).IsTrue();
        foreach (string other in (string[])["", "0123456789abcde", Token + "0", Token + "\n", "1123456789abcdef", new string('x', 600), "é123456789abcdef"])
            await Assert.That(token.Matches(other)).IsFalse();
        await Assert.That(AdminToken.ReadText(File)).IsEqualTo(Token);
    }

    [Test]
    [Arguments("", "is empty")]
    [Arguments("\n", "is empty")]
    [Arguments("0123456789abcde\n", "has only 15 characters")]
    [Arguments("0123456789abcdef 0123456789abcdef", "has a character that is not allowed, or more than one line")]
    [Arguments("0123456789abcdef\n0123456789abcdef\n", "has a character that is not allowed, or more than one line")]
    [Arguments("0123456789abcdef\u00e9", "has a character that is not allowed, or more than one line")]
    public async Task What_is_no_token_is_told(string text, string problem) =>
        await Assert.That(await Refused(text)).IsEqualTo($"the token in {File} {problem}{WhatToWrite}");

    [Test]
    public async Task A_token_has_a_longest()
    {
        await Assert.That((await Open(new string('x', AdminToken.CharsMax) + "\n")).Matches(new string('x', AdminToken.CharsMax))).IsTrue();
        System.IO.File.Delete(File);
        await Assert.That(await Refused(new string('x', AdminToken.CharsMax + 1))).IsEqualTo($"the token in {File} is too long{WhatToWrite}");
    }

    [Test]
    [Arguments("0640")]
    [Arguments("0604")]
    [Arguments("0601")]
    [Arguments("0777")]
    public async Task A_file_that_others_may_use_is_refused(string mode) =>
        await Assert.That(await Refused(Token, Convert.ToInt32(mode, 8)))
            .IsEqualTo($"{File} is accessible to other users (mode {mode}); chmod 600 {File}, and write a new token to it if it may have been read");

    [Test]
    public async Task A_file_of_another_user_is_refused_who_knows_the_token()
    {
        Skip.Unless(Environment.IsPrivilegedProcess, "only root gives files away");
        Write(Token, 0x180);
        FileSystem.ChangeOwner(File, new FileOwner(12345, null));

        await Assert.That(AdminToken.FindProblem(File, create: true))
            .IsEqualTo($"{File} belongs to user 12345, who therefore knows the token; it must belong to the gateway's user (0) or root: chown it and write a new token to it");
    }

    [Test]
    public async Task What_is_no_regular_file_is_refused_and_not_waited_for()
    {
        await Assert.That(Programs.Run(Programs.Start("mkfifo", _network.Folder, [], "-m", "600", File)).Status).IsEqualTo(0);
        string problem = $"{File} is not a regular file; name a regular file, or a new path with \"createToken\": true";

        await Assert.That(AdminToken.FindProblem(File, create: true)).IsEqualTo(problem);
        await Assert.That(Assert.ThrowsExactly<IOException>(() => AdminToken.ReadText(File)).Message).IsEqualTo(problem);
        await Assert.That(AdminToken.FindProblem(_network.Folder, create: false)).IsEqualTo(problem.Replace(File, _network.Folder, StringComparison.Ordinal));
        await Assert.That(AdminToken.FindProblem("/dev/zero", create: false)).IsEqualTo(problem.Replace(File, "/dev/zero", StringComparison.Ordinal));
    }

    [Test]
    public async Task Where_there_is_none_it_is_made_if_that_is_asked_for()
    {
        await Assert.That(AdminToken.FindProblem(File, create: false))
            .IsEqualTo($"{File} does not exist; create it, readable by the gateway's user only, or set \"createToken\": true");
        await Assert.That(AdminToken.FindProblem(File, create: true)).IsNull();
        await Assert.That(System.IO.File.Exists(File)).IsFalse();

        AdminToken token = AdminToken.Open(File, create: true);

        string text = System.IO.File.ReadAllText(File);
        await Assert.That(text).Matches(Hex());
        await Assert.That(token.Matches(text.TrimEnd('\n'))).IsTrue();
        await Assert.That(FileSystem.Look(File)!.Value.Mode).IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Assert.That(Directory.GetFileSystemEntries(_network.Folder)).IsSequence([File]);
    }

    [Test]
    public async Task What_is_there_is_never_written_over()
    {
        AdminToken first = AdminToken.Open(File, create: true);
        string text = AdminToken.ReadText(File);

        await Assert.That(AdminToken.Open(File, create: true).Matches(text)).IsTrue();
        await Assert.That(first.Matches(text)).IsTrue();
        System.IO.File.WriteAllText(File, "short");
        Assert.ThrowsExactly<IOException>(() => AdminToken.Open(File, create: true));
        await Assert.That(System.IO.File.ReadAllText(File)).IsEqualTo("short");
    }

    [Test]
    public async Task Gateways_that_start_at_once_have_one_token()
    {
        AdminToken[] tokens = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => AdminToken.Open(File, create: true))));

        foreach (AdminToken token in tokens)
            await Assert.That(token.Matches(AdminToken.ReadText(File))).IsTrue();
        await Assert.That(Directory.GetFileSystemEntries(_network.Folder)).IsSequence([File]);
    }

    [Test]
    [Arguments("/nowhere/at/all/token", "the directory /nowhere/at/all does not exist, so no token can be created in it")]
    [Arguments("/proc/token", "/proc/token cannot be created: ")]
    public async Task Where_none_can_be_made_it_is_told(string path, string problem) =>
        await Assert.That(Assert.ThrowsExactly<IOException>(() => AdminToken.Open(path, create: true)).Message).StartsWith(problem, StringComparison.Ordinal);

    [Test]
    public async Task Two_are_not_alike() => await Assert.That(Entropy.Take(32).SequenceEqual(Entropy.Take(32))).IsFalse();

    private async Task<AdminToken> Open(string text)
    {
        Write(text, 0x180);
        await Assert.That(AdminToken.FindProblem(File, create: false)).IsNull();
        return AdminToken.Open(File, create: false);
    }

    private async Task<string> Refused(string text, int mode = 0x180)
    {
        Write(text, mode);
        string message = Assert.ThrowsExactly<IOException>(() => AdminToken.Open(File, create: true)).Message;
        await Assert.That(AdminToken.FindProblem(File, create: true)).IsEqualTo(message);
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
