namespace FrameRpc.Gateway.Formats.Smf;

/// <summary>A large reply on its way to a caller. Only one can be in a caller's stream at a time; small replies wait behind it.</summary>
internal interface IReplyStream
{
    /// <summary>The caller's stream is free: begin.</summary>
    void OnStreamGranted();

    /// <summary>The caller has read on: there is room for more.</summary>
    void OnStreamRoom();

    /// <summary>The caller is gone.</summary>
    void OnStreamLost();
}
