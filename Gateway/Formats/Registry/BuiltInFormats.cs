using FrameRpc.Gateway.Formats.Frame;
using FrameRpc.Gateway.Formats.Smf;

namespace FrameRpc.Gateway.Formats.Registry;

/// <summary>The implementations of the formats in <see cref="FrameRpc.Gateway.Configuration.WireFormat.All"/>.</summary>
internal static class BuiltInFormats
{
    public static FormatRegistry Registry { get; } = new(new FrameFormat(), new SmfFormat());
}
