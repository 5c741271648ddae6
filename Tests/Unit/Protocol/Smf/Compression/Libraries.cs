using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;

namespace FrameRpc.Tests.Protocol.Smf.Compression;

/// <summary>The tests of compression need the system's libraries, which a machine may lack: then they are skipped, and say so.</summary>
internal static class Libraries
{
    public static IEnumerable<SmfCompression> Algorithms => [SmfCompression.Zstd, SmfCompression.Lz4];

    public static void Need(SmfCompression algorithm)
    {
        try
        {
            SmfDecompressor.Require(algorithm);
        }
        catch (SmfCompressionUnavailableException missing)
        {
            Skip.Test(missing.Message);
        }
    }
}
