namespace FrameRpc.Gateway.Formats.Ledger;

/// <summary>
/// The names of all outcomes of a call in one format, for metrics and the access log. The list is fixed, so servers cannot create series.
/// </summary>
/// <param name="others">Those after <c>cut</c>, which is the first of every list.</param>
internal sealed class StatusList(params ReadOnlySpan<string> others)
{
    private readonly string[] _names = ["cut", .. others];

    public IReadOnlyList<string> Names => _names;

    public int Count => _names.Length;

    public string NameOf(CallStatus status) => _names[status.Place];
}

/// <summary>How a call ended: an index into the fixed list of its format, see <see cref="StatusList"/>.</summary>
internal readonly record struct CallStatus(byte Place)
{
    /// <summary>In every format: the connection ended or broke before the reply was complete.</summary>
    public static CallStatus Cut => default;
}
