namespace FrameRpc.Protocol.Frames.Bodies;

/// <summary>What a body is made of could not be read. Carries the source's own exception past those of the connection.</summary>
internal sealed class BodySourceException(Exception inner) : Exception(inner.Message, inner);
