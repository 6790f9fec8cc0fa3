using System.Text;

namespace Tain.GoModules.Tests;

/// <summary>Makes inputs of seeds: puts them together from parts, changes them here and there. The same seed number gives
/// the same inputs.</summary>
internal sealed class Mutator(Random random, string[] seeds, string[] parts)
{
    public string Next()
    {
        var text = new StringBuilder(random.Next(8) == 0 ? "" : Pick(seeds));
        for (var n = Math.Min(random.Next(6), random.Next(6)); n > 0; n--) Change(text);
        return text.ToString();
    }

    private void Change(StringBuilder text)
    {
        var at = random.Next(text.Length + 1);
        var length = Math.Min(random.Next(1, 4), text.Length - at);
        switch (random.Next(8))
        {
            case 0:
                text.Remove(at, length);
                break;
            case 1 or 2:
                text.Insert(at, Pick(parts));
                break;
            case 3:
                text.Remove(at, length).Insert(at, Pick(parts));
                break;
            case 4:
                text.Insert(at, text.ToString(at, length));
                break;
            case 5:
                var other = Pick(seeds);
                text.Remove(at, text.Length - at).Append(other.AsSpan(random.Next(other.Length + 1)));
                break;
            case 6:
                text.Insert(at, (char)random.Next(0x20, 0x7f));
                break;
            default:
                if (at < text.Length) text[at] = random.Next(4) == 0 ? (char)random.Next(0x3000) : (char)(text[at] ^ (1 << random.Next(7)));
                break;
        }
    }

    private string Pick(string[] from) => from[random.Next(from.Length)];

    /// <summary>UTF-8; a lone surrogate as the three bytes that it would be, which Go takes for invalid UTF-8.</summary>
    public static byte[] ToBytes(string text)
    {
        if (text.All(c => !char.IsSurrogate(c))) return Encoding.UTF8.GetBytes(text);
        var bytes = new List<byte>();
        Span<byte> units = stackalloc byte[4];
        for (var i = 0; i < text.Length; i++)
        {
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                bytes.AddRange(units[..rune.EncodeToUtf8(units)]);
                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                bytes.AddRange([(byte)(0xe0 | text[i] >> 12), (byte)(0x80 | text[i] >> 6 & 0x3f), (byte)(0x80 | text[i] & 0x3f)]);
            }
        }
        return [.. bytes];
    }
}
