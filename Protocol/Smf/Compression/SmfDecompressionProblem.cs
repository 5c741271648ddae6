namespace FrameRpc.Protocol.Smf.Compression;

/// <summary>Why a payload could not be decompressed. Its sender is to blame.</summary>
/// <param name="IsTooLarge">
/// The original is larger than the limit, which is <see cref="SmfStatus.TooLarge"/> in a reply; anything else is <see cref="SmfStatus.BadRequest"/>.
/// </param>
/// <param name="Message">What is wrong, with the figures, for a log. Holds none of the payload's bytes.</param>
public sealed record SmfDecompressionProblem(bool IsTooLarge, string Message)
{
    internal static SmfDecompressionProblem TooLarge(string what, int bytesMax) => new(true, $"{what}, more than the limit of {bytesMax} bytes");

    internal static SmfDecompressionProblem Malformed(string what) => new(false, what);
}
