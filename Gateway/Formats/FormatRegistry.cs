using FrameRpc.Gateway.Configuration;

namespace FrameRpc.Gateway.Formats;

/// <summary>The wire formats that a gateway speaks.</summary>
internal sealed class FormatRegistry(params IReadOnlyList<Format> formats)
{
    public IReadOnlyList<Format> All => formats;

    /// <exception cref="ArgumentException">The configuration knows a format that nothing speaks, which is a bug.</exception>
    public Format Of(WireFormat wire) =>
        formats.FirstOrDefault(format => format.Wire == wire) ?? throw new ArgumentException($"nothing speaks {wire}", nameof(wire));
}
