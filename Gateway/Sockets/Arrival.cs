namespace FrameRpc.Gateway.Sockets;

/// <summary>A connection that was taken from a listener and belongs to no worker yet. Until one adopts it, it may pass between threads.</summary>
internal readonly record struct Arrival(int Descriptor);
