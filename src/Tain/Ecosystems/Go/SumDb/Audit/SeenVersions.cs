using System.Numerics;

namespace Tain.Ecosystems.Go.SumDb.Audit;

/// <summary>
/// Which record was the first about each version, as good as memory allows: 64 bits a record, of which 32 are its number and 32 a part of a hash of its name; its place in the
/// table is another part. So a record that repeats a version always finds the first one; in one of thirty audits of fifty million records one of them finds another too, and who asks
/// reads that record and sees. Memory: the next power of two above 4/3 of the records, 8 bytes each: 512 MiB for fifty million.
/// </summary>
internal sealed class SeenVersions
{
    /// <summary>The most records of a log that can be audited: 201 million, which take 2 GiB.</summary>
    public const long MaxRecords = MaxSlots / 4 * 3;

    private const long MaxSlots = 1L << 28;

    // 0 is an empty slot.
    private readonly ulong[] _slots;

    public SeenVersions(long records)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(records, MaxRecords);
        _slots = new ulong[BitOperations.RoundUpToPowerOf2((ulong)Math.Max(records / 3 * 4 + 4, 64))];
    }

    /// <summary>Adds a record, and gives those before it that may be about the same version.</summary>
    /// <param name="name">Random bits of what it is about: the same for the same.</param>
    public List<long>? Add(Int128 name, long record)
    {
        var place = (ulong)name;
        var mark = (ulong)(uint)(name >> 64) << 32;
        List<long>? found = null;
        for (; ; place++)
        {
            ref var slot = ref _slots[place & (ulong)(_slots.Length - 1)];
            if (slot == 0)
            {
                slot = mark | (uint)(record + 1);
                return found;
            }
            if ((slot & ~(ulong)uint.MaxValue) == mark)
                (found ??= []).Add((uint)slot - 1L);
        }
    }
}
