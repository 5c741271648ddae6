using System.Globalization;
using FrameRpc.Gateway.Formats.Ledger;
using FrameRpc.Protocol.Errors;

namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>From the status of an smf reply to the one that is counted, which has its number for a name.</summary>
internal static class SmfStatuses
{
    private const byte OtherPlace = 1, FirstPlace = 2;

    /// <summary>Those that seastar's list has and a server may send.</summary>
    private static readonly uint[] Numbers =
        [200, 201, 202, 204, 301, 302, 304, 400, 401, 403, 404, 405, 408, 409, 410, 412, 413, 422, 429, 500, 501, 502, 503, 504];

    private static readonly CallStatus[] ByNumber = PlaceThem();

    /// <summary>A status that is not on the list is <c>other</c>. The first Java server says its request id instead of 200.</summary>
    public static StatusList List { get; } = new(["other", .. Numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))]);

    public static CallStatus Other => new(OtherPlace);

    public static CallStatus Of(uint status) =>
        status == SmfStatus.Ok ? new CallStatus(FirstPlace)
        : status < (uint)ByNumber.Length ? ByNumber[status]
        : Other;

    private static CallStatus[] PlaceThem()
    {
        var placed = new CallStatus[SmfStatus.TimedOut + 1];
        Array.Fill(placed, Other);
        for (int i = 0; i < Numbers.Length; i++)
            placed[Numbers[i]] = new CallStatus((byte)(FirstPlace + i));
        return placed;
    }
}
