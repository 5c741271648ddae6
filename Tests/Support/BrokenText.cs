namespace FrameRpc.Tests;

/// <summary>Text with random typing errors.</summary>
internal static class BrokenText
{
    /// <summary>Removes up to 19 characters, inserts a splinter, or both, at one to three positions.</summary>
    public static string Of(string text, string[] splinters, Random random)
    {
        for (int edits = random.Next(1, 4); edits > 0; edits--)
        {
            int at = random.Next(text.Length);
            int cut = random.Next(3) == 0 ? random.Next(Math.Min(20, text.Length - at)) : 0;
            text = string.Concat(text.AsSpan(0, at), random.Next(3) == 0 ? "" : splinters[random.Next(splinters.Length)], text.AsSpan(at + cut));
        }
        return text;
    }
}
