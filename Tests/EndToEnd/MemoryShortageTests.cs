using FrameRpc.Tests.Peers;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FrameRpc.Tests.EndToEnd;

/// <summary>The system gives the process no more memory: a limit on its address space, set while it runs.</summary>
public sealed partial class MemoryShortageTests
{
    private const int Callers = 100;
    private const ulong LeftBytes = 2 * 1024 * 1024;

    [Test]
    public async Task Callers_whose_requests_find_no_memory_are_reset_and_all_others_are_served()
    {
        using var gateway = GatewayProcess.Start(new GatewayFile { Workers = 1 });
        await gateway.AssertServes();
        LimitMemory(gateway.Id);
        byte[] request = new SmfMessage(1, SmfMessage.Get, SmfMessage.Table(60_000)).ToBytes();
        Peer[] holders = [.. Enumerable.Range(0, Callers).Select(_ => Peer.Connect(gateway.SmfAddress))];
        foreach (Peer holder in holders)
            SendSome(holder, request.AsSpan(0, 50_000));

        Patience.Until(() => gateway.Error.Contains("[104] Out of memory for buffers", StringComparison.Ordinal) || gateway.HasExited, "the gateway has no more memory");
        await Assert.That(gateway.HasExited).IsFalse().Because(gateway.Error);
        await gateway.AssertServes();
        await Assert.That(holders[^1].ReadToEnd().End).IsEqualTo(StreamEnd.Reset);
        foreach (Peer holder in holders[1..])
            holder.Dispose();
        await gateway.AssertServes();
        // One for whose request there was memory goes on with it.
        holders[0].Send(request.AsSpan(50_000));
        await Assert.That(SmfMessage.Read(holders[0])!.Meta).IsEqualTo(200u);
        holders[0].Dispose();
        await Assert.That(gateway.Error).DoesNotContain("[100]", StringComparison.Ordinal);
    }

    private static void SendSome(Peer peer, ReadOnlySpan<byte> bytes)
    {
        try
        {
            peer.Send(bytes);
        }
        catch (SocketException)
        {
            // Reset already, for want of memory.
        }
    }

    private static unsafe void LimitMemory(int process)
    {
        const int RlimitAs = 9;
        string line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmSize:", StringComparison.Ordinal));
        ulong bytes = (ulong.Parse(line["VmSize:".Length..^" kB".Length].Trim(), CultureInfo.InvariantCulture) * 1024) + LeftBytes;
        ulong* limit = stackalloc ulong[2];
        (limit[0], limit[1]) = (bytes, bytes);
        Must.Hold(prlimit(process, RlimitAs, limit, null) == 0);
    }

    [LibraryImport("libc")]
    private static unsafe partial int prlimit(int process, int resource, ulong* limit, ulong* old);
}
