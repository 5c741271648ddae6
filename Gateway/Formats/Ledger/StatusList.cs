namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>The names of all that a call of one format can end with, as metrics and the access log have them. The list is closed, so that no server can make up series.</summary>
/// <param name="others">Besides <c>cut</c>, which is the first of every list.</param>
internal sealed class StatusList(params ReadOnlySpan<string> others)
{
    private readonly string[] _names = ["cut", .. others];

    public IReadOnlyList<string> Names => _names;

    public int Count => _names.Length;

    public string NameOf(CallStatus status) => _names[status.Place];
}
