using System.Globalization;
using FrameRpc.Protocol.Errors;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Proxy.Ledger;

/// <summary>From what a reply says to a <see cref="CallStatus"/>, and from that to a label.</summary>
internal static class CallStatuses
{
    /// <summary>How many there are. A constant, because it is part of finding a counter for each call.</summary>
    public const int Count = (int)CallStatus.FrameUndecided + 1;

    /// <summary>An smf status that is on the list stands at its number, anything else is <see cref="CallStatus.Other"/>.</summary>
    private static readonly CallStatus[] BySmfNumber = NumberThem();

    private static readonly string[] Labels = [.. Enum.GetValues<CallStatus>().Select(Name)];

    public static IReadOnlyList<CallStatus> All { get; } = Enum.GetValues<CallStatus>();

    public static string LabelOf(CallStatus status) => Labels[(int)status];

    public static CallStatus OfSmf(uint status) =>
        status == SmfStatus.Ok ? CallStatus.Smf200
        : status < (uint)BySmfNumber.Length ? BySmfNumber[status]
        : CallStatus.Other;

    public static CallStatus OfFrame(ReplyError error) => error switch
    {
        ReplyError.Ok => CallStatus.FrameOk,
        ReplyError.Request => CallStatus.FrameRequest,
        ReplyError.Server => CallStatus.FrameServer,
        _ => CallStatus.FrameUndecided,
    };

    private static CallStatus[] NumberThem()
    {
        var numbered = new CallStatus[SmfStatus.TimedOut + 1];
        Array.Fill(numbered, CallStatus.Other);
        for (CallStatus status = CallStatus.Smf200; status <= CallStatus.Smf504; status++)
            numbered[int.Parse(Name(status), CultureInfo.InvariantCulture)] = status;
        return numbered;
    }

    /// <summary><c>Smf404</c> is 404, <c>FrameOk</c> ok, <c>Cut</c> cut.</summary>
    private static string Name(CallStatus status)
    {
        string name = status.ToString();
        return name.Replace("Smf", "", StringComparison.Ordinal).Replace("Frame", "", StringComparison.Ordinal).ToLowerInvariant();
    }
}
