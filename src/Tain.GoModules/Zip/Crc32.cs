using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Arm = System.Runtime.Intrinsics.Arm;

namespace Tain.GoModules.Zip;

/// <summary>CRC-32 as zips have it (polynomial 0xEDB88320, reflected): by carry-less multiplication or the processor's
/// own instruction where there is one, else by tables.</summary>
internal static class Crc32
{
    private static readonly uint[] s_table = MakeTable();

    /// <summary>The checksum of what <paramref name="crc"/> (0 at first) covers followed by <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        if (Arm.Crc32.Arm64.IsSupported)
        {
            foreach (var word in MemoryMarshal.Cast<byte, ulong>(data)) crc = Arm.Crc32.Arm64.ComputeCrc32(crc, word);
            data = data[(data.Length & ~7)..];
        }
        else if (Pclmulqdq.IsSupported && data.Length >= 64)
        {
            crc = Fold(crc, ref data);
        }
        return ~Tables(crc, data);
    }

    /// <summary>Eight bytes a step through eight tables.</summary>
    internal static uint Tables(uint crc, ReadOnlySpan<byte> data)
    {
        var table = s_table;
        while (data.Length >= 8)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            crc = table[0x700 + (byte)low] ^ table[0x600 + (byte)(low >> 8)] ^ table[0x500 + (byte)(low >> 16)] ^ table[0x400 + (low >> 24)]
                ^ table[0x300 + (byte)high] ^ table[0x200 + (byte)(high >> 8)] ^ table[0x100 + (byte)(high >> 16)] ^ table[high >> 24];
            data = data[8..];
        }
        foreach (var b in data) crc = table[(byte)(crc ^ b)] ^ (crc >> 8);
        return crc;
    }

    /// <summary>Folds 64 bytes a step into 16 that have the same remainder. Method and constants: Gopal and others, "Fast CRC
    /// Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009.</summary>
    private static uint Fold(uint crc, ref ReadOnlySpan<byte> data)
    {
        var by64 = Vector128.Create(0x1_5444_2bd4UL, 0x1_c6e4_1596UL);
        var by16 = Vector128.Create(0x1_7519_97d0UL, 0x0_ccaa_009eUL);
        var blocks = MemoryMarshal.Cast<byte, Vector128<ulong>>(data);
        var a = blocks[0] ^ Vector128.CreateScalar((ulong)crc);
        Vector128<ulong> b = blocks[1], c = blocks[2], d = blocks[3];
        var i = 4;
        for (; i + 4 <= blocks.Length; i += 4)
        {
            a = Step(a, by64) ^ blocks[i];
            b = Step(b, by64) ^ blocks[i + 1];
            c = Step(c, by64) ^ blocks[i + 2];
            d = Step(d, by64) ^ blocks[i + 3];
        }
        a = Step(a, by16) ^ b;
        a = Step(a, by16) ^ c;
        a = Step(a, by16) ^ d;
        for (; i < blocks.Length; i++) a = Step(a, by16) ^ blocks[i];
        data = data[(blocks.Length * 16)..];

        Span<byte> rest = stackalloc byte[16];
        a.AsByte().CopyTo(rest);
        return Tables(0, rest);

        static Vector128<ulong> Step(Vector128<ulong> value, Vector128<ulong> by) =>
            Pclmulqdq.CarrylessMultiply(value, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, by, 0x11);
    }

    private static uint[] MakeTable()
    {
        var table = new uint[8 * 256];
        for (var i = 0; i < 256; i++)
        {
            var crc = (uint)i;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
            table[i] = crc;
        }
        for (var i = 256; i < table.Length; i++)
            table[i] = table[(byte)table[i - 256]] ^ (table[i - 256] >> 8);
        return table;
    }
}
