namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>The memory that unpacking a payload takes.</summary>
/// <param name="ContentBytesMax">The limit for the original that goes with it: what announces no length may turn out to be longer, and is refused then.</param>
/// <param name="Bytes">All that is taken while it is unpacked.</param>
internal readonly record struct SmfUnpackRoom(int ContentBytesMax, long Bytes);
