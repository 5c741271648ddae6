namespace FrameRpc.Gateway.Cli;

/// <summary>Rows of words for people to read, each column as wide as its longest word.</summary>
internal static class TextTable
{
    /// <summary>The first row is the heading.</summary>
    public static void Write(TextWriter output, IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }
}
