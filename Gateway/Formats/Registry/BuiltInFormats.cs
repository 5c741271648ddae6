using FrameRpc.Gateway.Formats.Frame;
using FrameRpc.Gateway.Formats.Smf;

namespace FrameRpc.Gateway.Formats.Registry;

/// <summary>The list of formats: what is not here is spoken nowhere.</summary>
internal static class BuiltInFormats
{
    public static FormatRegistry Registry { get; } = new(new FrameFormat(), new SmfFormat());
}
