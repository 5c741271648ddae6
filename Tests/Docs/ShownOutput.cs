namespace FrameRpc.Tests.Docs;

/// <summary>What a page shows of what commands print: these lines in this order, each whole but for its <c>…</c>; others may stand between them.</summary>
internal static class ShownOutput
{
    private const string Wildcard = "…";

    /// <summary>The first line that was not printed, or null.</summary>
    public static string? FindMissing(string shown, string printed)
    {
        var lines = new Queue<string>(printed.Split('\n'));
        foreach (string line in shown.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            bool found = false;
            while (!found && lines.TryDequeue(out string? candidate))
                found = Matches(candidate, line.Split(Wildcard));
            if (!found)
                return line;
        }
        return null;
    }

    private static bool Matches(string line, string[] pieces)
    {
        if (pieces.Length == 1)
            return line == pieces[0];
        if (!line.StartsWith(pieces[0], StringComparison.Ordinal) || !line.EndsWith(pieces[^1], StringComparison.Ordinal))
            return false;
        int at = 0;
        foreach (string piece in pieces)
        {
            at = line.IndexOf(piece, at, StringComparison.Ordinal);
            if (at < 0)
                return false;
            at += piece.Length;
        }
        return true;
    }
}
