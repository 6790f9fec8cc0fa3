using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Tain.Bench;

/// <summary><c>load corpus</c>: a GOPROXY tree of made-up modules, the same for the same arguments, and the list that <c>load check</c> reads.</summary>
internal static class CorpusCommand
{
    public const string Usage = """
        load corpus --out FOLDER [--modules 334] [--largest 2MB] [--seed 1]   a GOPROXY tree of made-up modules, with a list.txt
        """;

    public static int Run(Arguments arguments)
    {
        var folder = arguments.Required("--out");
        var modules = (int)arguments.Number("--modules", 334);
        var largest = arguments.Bytes("--largest", 2_000_000);
        var random = new Random((int)arguments.Number("--seed", 1));
        arguments.Finish();

        var list = new StringBuilder();
        for (var i = 0; i < modules; i++)
        {
            var (module, version) = ($"bench.example/made-up/m{i:000}", $"v1.{i % 10}.{i}");
            var path = $"{module}/@v";
            Directory.CreateDirectory(Path.Combine(folder, path));
            var mod = Encoding.UTF8.GetBytes($"module {module}\n\ngo 1.21\n" + string.Concat(Enumerable.Range(0, random.Next(60)).Select(r => $"\nrequire bench.example/other/r{r:000} v1.0.{r}\n")));
            // Sizes are uniform in the logarithm from 300 bytes: most modules are small.
            var size = (long)(300 * Math.Pow(largest / 300.0, random.NextDouble()));
            Write($"{path}/{version}.info", Encoding.UTF8.GetBytes($$"""{"Version":"{{version}}","Time":"2024-01-02T03:04:05Z"}"""));
            Write($"{path}/{version}.mod", mod);
            Write($"{path}/{version}.zip", Zip($"{module}@{version}/", mod, size, random));
            File.WriteAllText(Path.Combine(folder, path, "list"), version + "\n");
        }
        File.WriteAllText(Path.Combine(folder, "list.txt"), list.ToString());
        return 0;

        void Write(string path, byte[] bytes)
        {
            File.WriteAllBytes(Path.Combine(folder, path), bytes);
            list.Append($"{Convert.ToHexStringLower(SHA256.HashData(bytes))} {bytes.Length} {path}\n");
        }
    }

    private static byte[] Zip(string prefix, byte[] mod, long size, Random random)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("go.mod", mod);
            var body = new byte[64 * 1024];
            for (var i = 0; bytes.Length < size; i++)
            {
                random.NextBytes(body);
                Add($"d{i % 7}/f{i}.go", Encoding.ASCII.GetBytes("package d\n\n// " + Convert.ToHexString(body.AsSpan(0, (int)Math.Min(body.Length, 1 + size / 4)))));
            }

            void Add(string name, byte[] content)
            {
                using var entry = zip.CreateEntry(prefix + name, CompressionLevel.Fastest).Open();
                entry.Write(content);
            }
        }
        return bytes.ToArray();
    }
}
