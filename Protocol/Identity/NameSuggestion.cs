namespace FrameRpc.Protocol.Identity;

/// <summary>The known name that was probably meant by an unknown one.</summary>
internal static class NameSuggestion
{
    /// <summary>Names are short; the limit keeps the distance table of a hostile file small.</summary>
    private const int NameCharsMax = 64;

    /// <summary>The known name closest to <paramref name="written"/>, or null if none is close enough to be a typing error.</summary>
    public static string? Find(string written, IEnumerable<string> known)
    {
        if (written.Length > NameCharsMax)
            return null;
        string? nearest = null;
        int nearestDistance = int.MaxValue;
        foreach (string name in known.Where(name => name.Length <= NameCharsMax))
        {
            int distanceMax = Math.Max(written.Length, name.Length) / 3;
            if (Math.Abs(written.Length - name.Length) > distanceMax)
                continue;
            int distance = Distance(written.ToLowerInvariant(), name.ToLowerInvariant());
            if (distance <= distanceMax && distance < nearestDistance)
                (nearest, nearestDistance) = (name, distance);
        }
        return nearest;
    }

    /// <summary><c>; did you mean "servers"?</c>, or nothing.</summary>
    public static string Clause(string written, IEnumerable<string> known) =>
        Find(written, known) is { } name ? $"; did you mean \"{name}\"?" : "";

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one into the other.</summary>
    private static int Distance(string a, string b)
    {
        int[,] steps = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            steps[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            steps[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = steps[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                steps[i, j] = Math.Min(replaced, Math.Min(steps[i - 1, j], steps[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    steps[i, j] = Math.Min(steps[i, j], steps[i - 2, j - 2] + 1);
            }
        }
        return steps[a.Length, b.Length];
    }
}
