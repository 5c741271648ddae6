using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace FrameRpc.Tests.Architecture;

/// <summary>The instructions of a compiled method: one or two bytes that say which, and an operand whose length goes by it (ECMA-335, partition III).</summary>
internal static class Instructions
{
    /// <summary>The first byte of those that have two.</summary>
    private const byte TwoBytes = 0xFE;

    private static readonly Dictionary<ushort, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (ushort)code.Value, code => code.OperandType);

    /// <summary>The types, methods, fields and signatures that the code names, in order.</summary>
    public static IEnumerable<EntityHandle> TokensOf(BlobReader code)
    {
        var tokens = new List<EntityHandle>();
        while (code.RemainingBytes > 0)
        {
            byte first = code.ReadByte();
            OperandType operand = Operands[first == TwoBytes ? (ushort)(TwoBytes << 8 | code.ReadByte()) : first];
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineSig or OperandType.InlineTok or OperandType.InlineType)
                tokens.Add(MetadataTokens.EntityHandle(code.ReadInt32()));
            else
                Skip(ref code, operand);
        }
        return tokens;
    }

    private static void Skip(ref BlobReader code, OperandType operand)
    {
        int bytes = operand switch
        {
            OperandType.InlineNone => 0,
            OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
            OperandType.InlineVar => 2,
            OperandType.InlineI8 or OperandType.InlineR => 8,
            // The count of targets stands before them.
            OperandType.InlineSwitch => sizeof(int) * code.ReadInt32(),
            _ => 4,
        };
        code.Offset += bytes;
    }
}
