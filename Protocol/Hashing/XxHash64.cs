using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FrameRpc.Protocol.Hashing;

/// <summary>xxHash64, of which smf's checksum is the low half.</summary>
/// <remarks>
/// Not a cryptographic hash: it finds damage, not forgery. Any length is allowed; nothing is allocated.
/// Source: the xxHash fast digest algorithm specification, version 0.1.1, section "XXH64 Algorithm Description".
/// </remarks>
public static class XxHash64
{
    private const int StripeBytes = 32;

    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;

    /// <summary>The hash of <paramref name="data"/>, whole. smf uses seed 0.</summary>
    public static ulong Hash(ReadOnlySpan<byte> data, ulong seed = 0)
    {
        // References instead of slices: 60 bytes take a sixth less time than with a slice and its bounds check for each read (.NET 10, x64, two runs).
        // Every read below stays inside data because bytesLeft is compared before it.
        ref byte at = ref MemoryMarshal.GetReference(data);
        int bytesLeft = data.Length;
        ulong hash = seed + Prime5;
        if (bytesLeft >= StripeBytes)
        {
            ulong lane1 = seed + Prime1 + Prime2;
            ulong lane2 = seed + Prime2;
            ulong lane3 = seed;
            ulong lane4 = seed - Prime1;
            do
            {
                lane1 = Round(lane1, Read64(ref at));
                lane2 = Round(lane2, Read64(ref Unsafe.Add(ref at, 8)));
                lane3 = Round(lane3, Read64(ref Unsafe.Add(ref at, 16)));
                lane4 = Round(lane4, Read64(ref Unsafe.Add(ref at, 24)));
                at = ref Unsafe.Add(ref at, StripeBytes);
                bytesLeft -= StripeBytes;
            }
            while (bytesLeft >= StripeBytes);
            hash = BitOperations.RotateLeft(lane1, 1) + BitOperations.RotateLeft(lane2, 7)
                + BitOperations.RotateLeft(lane3, 12) + BitOperations.RotateLeft(lane4, 18);
            hash = Merge(hash, lane1);
            hash = Merge(hash, lane2);
            hash = Merge(hash, lane3);
            hash = Merge(hash, lane4);
        }
        return Finish(hash + (ulong)data.Length, ref at, bytesLeft);
    }

    private static ulong Finish(ulong hash, ref byte at, int bytesLeft)
    {
        for (; bytesLeft >= 8; bytesLeft -= 8, at = ref Unsafe.Add(ref at, 8))
            hash = BitOperations.RotateLeft(hash ^ Round(0, Read64(ref at)), 27) * Prime1 + Prime4;
        if (bytesLeft >= 4)
        {
            hash = BitOperations.RotateLeft(hash ^ Read32(ref at) * Prime1, 23) * Prime2 + Prime3;
            at = ref Unsafe.Add(ref at, 4);
            bytesLeft -= 4;
        }
        for (; bytesLeft > 0; bytesLeft--, at = ref Unsafe.Add(ref at, 1))
            hash = BitOperations.RotateLeft(hash ^ at * Prime5, 11) * Prime1;

        hash = (hash ^ (hash >> 33)) * Prime2;
        hash = (hash ^ (hash >> 29)) * Prime3;
        return hash ^ (hash >> 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Round(ulong lane, ulong input) => BitOperations.RotateLeft(lane + input * Prime2, 31) * Prime1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Merge(ulong hash, ulong lane) => (hash ^ Round(0, lane)) * Prime1 + Prime4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read64(ref byte at)
    {
        ulong value = Unsafe.ReadUnaligned<ulong>(ref at);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read32(ref byte at)
    {
        uint value = Unsafe.ReadUnaligned<uint>(ref at);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }
}
