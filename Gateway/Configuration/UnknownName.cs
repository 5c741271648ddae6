using FrameRpc.Protocol.Identity;

namespace FrameRpc.Gateway.Configuration;

/// <summary>What is said of a name that stands for nothing.</summary>
internal static class UnknownName
{
    /// <summary>A schema may have thousands, and a mistake is one line.</summary>
    private const int KnownShownMax = 20;

    /// <summary><c>there is no backend "storag"; did you mean "storage"?</c></summary>
    public static string Describe(string kind, string written, IReadOnlyCollection<string> known)
    {
        string clause = NameSuggestion.Clause(written, known);
        if (clause.Length == 0)
            clause = known.Count == 0 ? $"; there are no {kind}s" : $"; the {kind}s are {List(known)}";
        return $"there is no {kind} \"{written}\"{clause}";
    }

    public static string List(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(KnownShownMax)) + (names.Count > KnownShownMax ? $" and {names.Count - KnownShownMax} more" : "");
}
