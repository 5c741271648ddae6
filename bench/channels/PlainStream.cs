using System.Diagnostics;
using System.Net.Sockets;

namespace FrameRpc.Bench.Channels;

/// <summary>What a stream over a Unix socket could be at best: one side sends a buffer again and again, the other receives into one.</summary>
internal static class PlainStream
{
    public static async Task<double> MeasureAsync(long bytes, int sendBytes, int receiveBytes)
    {
        string path = Path.Combine(Path.GetTempPath(), $"frpc-bench-{Guid.NewGuid():n}.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        using var sender = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await sender.ConnectAsync(new UnixDomainSocketEndPoint(path));
        using Socket receiver = await listener.AcceptAsync();

        long start = Stopwatch.GetTimestamp();
        Task sending = Task.Run(async () =>
        {
            byte[] buffer = new byte[sendBytes];
            for (long sent = 0; sent < bytes;)
                sent += await sender.SendAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, bytes - sent)));
        });
        byte[] received = new byte[receiveBytes];
        for (long total = 0; total < bytes;)
            total += await receiver.ReceiveAsync(received);
        await sending;
        return bytes / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
