using System.Diagnostics;

namespace FrameRpc.Bench.Channels;

/// <summary>The upper bound for streams, with the buffer sizes of the library.</summary>
internal static class PlainStream
{
    /// <summary>What the library requests per read.</summary>
    private const int ReceiveBytes = 64 << 10;

    /// <summary>One side sends a frame's payload again and again, the other receives into one buffer. GiB/s.</summary>
    public static async Task<double> OverUnixAsync(long bytes, byte[] payload)
    {
        using SocketPair pair = await SocketPair.OverUnixAsync();
        long start = Stopwatch.GetTimestamp();
        Task sending = Task.Run(async () =>
        {
            for (long sent = 0; sent < bytes; sent += payload.Length)
            {
                for (int at = 0; at < payload.Length;)
                    at += await pair.Near.SendAsync(payload.AsMemory(at));
            }
        });
        byte[] received = new byte[ReceiveBytes];
        for (long total = 0; total < bytes;)
            total += await pair.Far.ReceiveAsync(received);
        await sending;
        return Rate.GiBPerSecond(bytes, start);
    }

    /// <summary>A payload is copied from one place to another, again and again. GiB/s.</summary>
    public static double Copied(long bytes, byte[] payload)
    {
        byte[] copy = new byte[payload.Length];
        long start = Stopwatch.GetTimestamp();
        for (long copied = 0; copied < bytes; copied += payload.Length)
            payload.CopyTo(copy.AsSpan());
        return Rate.GiBPerSecond(bytes, start);
    }
}
