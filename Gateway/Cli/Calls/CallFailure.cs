using FrameRpc.Gateway.Configuration;
using FrameRpc.Gateway.Configuration.Forms;
using FrameRpc.Protocol.Errors;

namespace FrameRpc.Gateway.Cli.Calls;

/// <summary>The message of a failed call.</summary>
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

    /// <summary>Messages of the library begin with the address if the server is to blame; ours always do.</summary>
    private static string WithoutAddress(string message, string address) =>
        message.StartsWith($"{address}: ", StringComparison.Ordinal) ? message[(address.Length + 2)..] : message;
}

/// <summary>The circumstances of a failed call.</summary>
/// <param name="Format">Its wire format.</param>
/// <param name="Settings">Its settings.</param>
/// <param name="Tap">What passed on the wire.</param>
/// <param name="Streams">Whether its time limit was one without any data.</param>
internal sealed record CallCircumstances(WireFormat Format, CallSettings Settings, WireTap Tap, bool Streams);
