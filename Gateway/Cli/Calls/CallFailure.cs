using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Protocol.Errors;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>What a failed call says of itself.</summary>
internal static class CallFailure
{
    public static CallResult Of(Exception failure, CallCircumstances about) => failure switch
    {
        RpcException e => new CallResult { Message = WithoutAddress(e.Message, about.Settings.Address), Status = e.Status, Blame = e.Blame },
        OperationCanceledException => new CallResult { Message = DescribeTimeout(about), Status = SmfStatus.TimedOut, Blame = Blame.Connection },
        _ => new CallResult { Message = failure.Message },
    };

    private static string DescribeTimeout(CallCircumstances about)
    {
        string limit = DurationForm.Display(about.Settings.Limit);
        return !about.Tap.Connected ? $"no connection within {limit}"
            : about.Streams ? $"no data for {limit}"
            : $"no complete reply within {limit}";
    }

    /// <summary>The library's messages begin with the address where it is to blame, and ours always do.</summary>
    private static string WithoutAddress(string message, string address) =>
        message.StartsWith($"{address}: ", StringComparison.Ordinal) ? message[(address.Length + 2)..] : message;
}

/// <summary>What is known of a call that failed.</summary>
/// <param name="Format">What it was made in.</param>
/// <param name="Settings">What it was told.</param>
/// <param name="Tap">What passed.</param>
/// <param name="Streams">Whether its limit was one for standing still.</param>
internal sealed record CallCircumstances(WireFormat Format, CallSettings Settings, WireTap Tap, bool Streams);
