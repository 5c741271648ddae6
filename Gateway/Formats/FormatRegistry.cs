using FrameRpc.Gateway.Configuration;

namespace FrameRpc.Gateway.Formats;

/// <summary>The wire formats of a gateway.</summary>
internal sealed class FormatRegistry(params IReadOnlyList<Format> formats)
{
    public IReadOnlyList<Format> All => formats;

    /// <exception cref="ArgumentException">The configuration has a format that is not registered, which is a bug.</exception>
    public Format Of(WireFormat wire) =>
        formats.FirstOrDefault(format => format.Wire == wire) ?? throw new ArgumentException($"no format is registered for {wire}", nameof(wire));
}
