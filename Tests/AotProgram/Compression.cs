using System.Buffers;
using FrameRpc.Protocol.Client;
using FrameRpc.Protocol.Server;
using FrameRpc.Protocol.Smf;
using FrameRpc.Protocol.Smf.Compression;

namespace FrameRpc.Tests.AotProgram;

/// <summary>Packed smf payloads, where the system has the libraries.</summary>
internal static class Compression
{
    public static Feature[] Features =>
    [
        .. OneByOne(SmfCompression.Zstd), .. OneByOne(SmfCompression.Lz4), new("compression: damaged payloads", Damaged),
    ];

    private static Feature[] OneByOne(SmfCompression algorithm) =>
    [
        new($"compression: {algorithm}", () => PackAndUnpack(algorithm)),
        new($"compression: calls packed with {algorithm}", () => CallAsync(algorithm)),
    ];

    private static void PackAndUnpack(SmfCompression algorithm)
    {
        byte[] payload = Patterns.Make(100_000);
        var compressor = new SmfCompressor(algorithm, minimumBytes: 100);
        Expect.Equal((algorithm, 100), (compressor.Algorithm, compressor.MinimumBytes));
        var packed = new ArrayBufferWriter<byte>();
        Expect.True(compressor.TryCompress(payload, packed, out int bytes) && bytes < payload.Length);
        Expect.True(SmfDecompressor.TryDecompress(algorithm, packed.WrittenSpan, payload.Length, out ReadOnlyMemory<byte> plain, out _));
        Expect.Bytes(payload, plain.Span);
        Expect.True(!SmfDecompressor.TryDecompress(algorithm, packed.WrittenSpan, payload.Length - 1, out _, out SmfDecompressionProblem? problem));
        Expect.True(problem!.IsTooLarge, problem.Message);
    }

    private static Task CallAsync(SmfCompression algorithm)
    {
        SmfDecompressor.Require(algorithm);
        var compressor = new SmfCompressor(algorithm);
        return Ends.UseSmfAsync(
            SmfCalls.MapEcho,
            client => SmfCalls.CallEchoAsync(client, Patterns.Make(100_000)),
            new SmfServerOptions { Compressor = compressor },
            new SmfClientOptions { Compressor = compressor });
    }

    private static void Damaged()
    {
        Expect.True(!SmfDecompressor.TryDecompress((SmfCompression)99, [1], 1, out _, out SmfDecompressionProblem? problem));
        Expect.True(!problem!.IsTooLarge, problem.Message);
    }
}
