using FrameRpc.Protocol.Frames;

namespace FrameRpc.Tests.Simulation.Frames;

/// <summary>Parses messages strictly by the specification, and detects whether an incomplete one could be taken for complete.</summary>
internal abstract class FrameFarEnd : FarEnd
{
    /// <summary>The message whose data part is being received.</summary>
    public FrameMessage? Current { get; private set; }

    public bool SawResetFrame { get; private set; }

    public bool KeepsData { get; set; } = true;

    /// <summary>
    /// The stream ended where the first implementation would take it for a normal end: an orderly close inside a frame or a message.
    /// </summary>
    public bool EndedDeceptively => SawEnd && !SawReset && !SawResetFrame && (Inbox.Count > 0 || Current is not null);

    protected abstract void OnMessage(FrameMessage message);

    protected virtual void OnMessageBegun(FrameMessage message)
    {
    }

    protected virtual void OnDataFrame(FrameMessage message, Frame frame)
    {
    }

    protected virtual void OnResetFrame()
    {
    }

    protected abstract bool HasDataPart(FrameMessage message);

    protected override void OnReceived()
    {
        while (!Socket.IsClosed && Frame.Take(Inbox) is { } frame)
            Take(frame);
    }

    private void Take(Frame frame)
    {
        if (SawResetFrame)
            throw new InvalidDataException("the gateway sent something after a reset frame");
        switch (frame.Type)
        {
            case FrameType.Reset when frame is { IsLast: true, Payload.Length: 0 }:
                SawResetFrame = true;
                OnResetFrame();
                break;
            case FrameType.Header when Current is null && frame.IsLast:
                TakeHeader(new FrameMessage(frame.Payload));
                break;
            case FrameType.Data when Current is not null:
                TakeData(Current, frame);
                break;
            default:
                throw new InvalidDataException($"a frame of type {frame.Type} arrived where it is not allowed");
        }
    }

    private void TakeHeader(FrameMessage message)
    {
        OnMessageBegun(message);
        if (HasDataPart(message))
        {
            Current = message;
            return;
        }
        message.IsWhole = true;
        OnMessage(message);
    }

    private void TakeData(FrameMessage message, Frame frame)
    {
        if (message.DataType == DataType.Json && frame.Payload.Length == 0 && (message.Frames.Count > 0 || !frame.IsLast))
            throw new InvalidDataException("an empty frame in a JSON part desynchronises the first implementation");
        if (KeepsData)
            message.Frames.Add(frame);
        OnDataFrame(message, frame);
        if (!frame.IsLast)
            return;
        message.IsWhole = true;
        Current = null;
        OnMessage(message);
    }
}
