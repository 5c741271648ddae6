namespace FrameRpc.Tests.AotProgram;

/// <summary>Bytes that repeat, and so become smaller when they are packed, with a period that is no frame's or block's length.</summary>
internal static class Patterns
{
    public static byte[] Make(int bytes)
    {
        byte[] pattern = new byte[bytes];
        for (int index = 0; index < bytes; index++)
            pattern[index] = (byte)(index % 251);
        return pattern;
    }
}
