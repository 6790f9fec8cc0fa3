using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Tain.Clients;

/// <summary>The <c>h1:</c> of a zip or of a go.mod, computed here once more: a test must not trust what it tests.</summary>
internal static class ZipSum
{
    public static string Of(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return Of(archive.Entries.Select(e => (e.FullName, Content(e))));
    }

    public static string OfGoMod(byte[] goMod) => Of([("go.mod", goMod)]);

    private static string Of(IEnumerable<(string Name, byte[] Content)> files)
    {
        var lines = new StringBuilder();
        foreach (var (name, content) in files.OrderBy(f => Encoding.UTF8.GetBytes(f.Name), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))))
            lines.Append(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(SHA256.HashData(content))}  {name}\n");
        return "h1:" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())));
    }

    private static byte[] Content(ZipArchiveEntry entry)
    {
        using var from = entry.Open();
        var to = new MemoryStream();
        from.CopyTo(to);
        return to.ToArray();
    }
}
