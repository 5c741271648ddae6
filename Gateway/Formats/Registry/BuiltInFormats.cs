using FrameRpc.Gateway.Formats.Frame;
using FrameRpc.Gateway.Formats.Smf;

namespace FrameRpc.Gateway.Formats.Registry;

/// <summary>The only list of formats.</summary>
internal static class BuiltInFormats
{
    public static FormatRegistry Registry { get; } = new(new FrameFormat(), new SmfFormat());
}
