using FrameRpc.Gateway.Demo;
using FrameRpc.Gateway.EventLoop;
using FrameRpc.Gateway.Sockets;
using FrameRpc.Protocol.Frames;

namespace FrameRpc.Gateway.Formats.Frame;

/// <summary>
/// A server of the frame format, embedded, and also an example of how one should behave: it reads a refused request to its
/// end before it answers the next, sends JSON without a trailing newline and in one piece with its header, and never ends a
/// body that is cut short as if it were whole.
/// </summary>
/// <remarks>
/// Endpoints: <c>Echo</c> sends any body back in its own DataType; <c>Stream</c> takes <c>{"Bytes":N}</c> and sends N octets
/// of <see cref="DemoContent"/>; <c>Upload</c> takes octets and answers <c>{"Bytes":N}</c>. One call at a time: requests
/// that a client pipelines wait until the reply before them is written.
/// </remarks>
internal sealed partial class FrameDemoConnection(Loop loop, ISocket socket, Action? onClosed) : DemoConnection(loop, socket, onClosed)
{
    private enum Phase : byte
    {
        /// <summary>Waiting for a header part and, if it is small, the data part.</summary>
        Request,
        /// <summary>Sending a data part back as it comes.</summary>
        Echo,
        /// <summary>Counting a data part.</summary>
        Upload,
        /// <summary>Reading a refused data part away.</summary>
        Discard,
        /// <summary>Reading away a header part that is too long, and then its data part.</summary>
        DiscardHeader,
        /// <summary>Sending a stream; the next request is not read.</summary>
        Stream,
    }

    private Phase _phase;

    protected override void OnOutputSent()
    {
        if (_phase == Phase.Stream)
            SendStream();
        else if (IsInputPaused && OutputBytes <= OutputLowBytes)
            ResumeInput();
    }

    protected override void OnPeerEnded()
    {
        if (_phase == Phase.Echo)
            FrameOutput.Break(this, _part.SinkBytesLeft);
        else
            SendResetFrame();
    }

    /// <summary>A server answers a reset frame, or an end of the stream, with its own.</summary>
    private void SendResetFrame()
    {
        if (State != ConnectionState.Open)
            return;
        Write(FrameHeader.Reset);
        EndAfterOutput();
    }

    /// <summary>The request is read and answered: on to the next, which may have come already.</summary>
    private void EndCall()
    {
        _phase = Phase.Request;
        _scan = default;
        _rejection = null;
        MessageBytes = FrameHeader.Bytes;
    }
}
