using System.Buffers.Binary;
using System.Diagnostics;

namespace FrameRpc.Tests.Protocol.Frames;

/// <summary>What Go's <c>encoding/json</c> says of a text.</summary>
[Flags]
internal enum GoAnswer : byte
{
    Valid = 1,
    DecodesToItsEnd = 2,
    IsHeader = 4,
}

/// <summary>Asks Go's <c>encoding/json</c> itself, by a program that is built here.</summary>
internal static class GoJson
{
    private static readonly Lazy<string> Program = new(Build);

    /// <summary>The answers to all texts, in their order. Without Go the test is skipped.</summary>
    public static GoAnswer[] Ask(IReadOnlyList<byte[]> texts)
    {
        Skip.Unless(Directory.Exists("/usr/lib/go"), "Go is not here: it is in Debian's package golang-go");
        using Process go = Process.Start(new ProcessStartInfo(Program.Value) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var writing = Task.Run(() => Write(texts, go.StandardInput.BaseStream), TestContext.Current!.Execution.CancellationToken);
        byte[] answers = new byte[texts.Count];
        go.StandardOutput.BaseStream.ReadExactly(answers);
        writing.GetAwaiter().GetResult();
        go.WaitForExit();
        Must.Hold(go.ExitCode == 0);
        return [.. answers.Select(answer => (GoAnswer)answer)];
    }

    private static void Write(IReadOnlyList<byte[]> texts, Stream to)
    {
        using var buffered = new BufferedStream(to, 1 << 20);
        byte[] length = new byte[sizeof(int)];
        foreach (byte[] text in texts)
        {
            BinaryPrimitives.WriteInt32BigEndian(length, text.Length);
            buffered.Write(length);
            buffered.Write(text);
        }
    }

    private static string Build()
    {
        string folder = Path.Combine(Repository.Root, "artifacts", "gojson");
        string program = Path.Combine(folder, "gojson");
        var start = new ProcessStartInfo("/usr/lib/go/bin/go", ["build", "-o", program, "."])
        {
            WorkingDirectory = Path.Combine(Repository.Root, "Tests", "Unit", "Protocol", "Frames", "GoJson"),
            RedirectStandardError = true,
            Environment = { ["GOCACHE"] = Path.Combine(folder, "cache"), ["GOFLAGS"] = "-mod=mod", ["GOPROXY"] = "off", ["GOWORK"] = "off", ["GOTOOLCHAIN"] = "local", ["CGO_ENABLED"] = "0" },
        };
        using Process build = Process.Start(start)!;
        string errors = build.StandardError.ReadToEnd();
        build.WaitForExit();
        Must.Hold(build.ExitCode == 0, errors);
        return program;
    }
}
