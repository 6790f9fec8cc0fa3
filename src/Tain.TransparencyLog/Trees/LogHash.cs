using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Tain.TransparencyLog;

/// <summary>A SHA-256 hash of a leaf, an inner node or a whole tree: 32 bytes. Equal by value; the default one is all zeros.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct LogHash : IEquatable<LogHash>
{
    /// <summary>32 bytes.</summary>
    public const int Size = 32;

    // Four words in the order of the bytes: the struct can be read straight out of a tile.
    private readonly ulong _a, _b, _c, _d;

    /// <summary>Copies exactly <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">Another number of bytes.</exception>
    public LogHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"a hash has {Size} bytes, not {bytes.Length}", nameof(bytes));
        this = MemoryMarshal.Read<LogHash>(bytes);
    }

    /// <summary>The bytes, where the struct lies.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<LogHash>(in this));

    /// <summary>Parses standard base64 with padding, as tree heads have it: 44 characters.</summary>
    public static bool TryParse(ReadOnlySpan<char> base64, out LogHash hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var ok = GoBase64.TryDecode(base64, bytes, out var length) && length == Size;
        hash = ok ? new LogHash(bytes) : default;
        return ok;
    }

    /// <summary>In lower-case hexadecimal: 64 characters.</summary>
    public string ToHex() => Convert.ToHexStringLower(Bytes);

    /// <summary>In standard base64 with padding: 44 characters.</summary>
    public override string ToString() => Convert.ToBase64String(Bytes);

    /// <inheritdoc />
    public bool Equals(LogHash other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is LogHash other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(_a, _d);

    public static bool operator ==(LogHash left, LogHash right) => left.Equals(right);

    public static bool operator !=(LogHash left, LogHash right) => !left.Equals(right);
}
