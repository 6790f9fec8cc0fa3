using System.IO.Compression;
using System.Text;

namespace Tain.GoModules.Tests;

/// <summary>Small zips for the tests.</summary>
internal static class ZipFiles
{
    public const string Prefix = "example.com/m@v1.0.0/";

    public static ModulePath Path { get; } = Parse("example.com/m");

    public static ModulePath Parse(string path) =>
        ModulePath.TryParse(path, out var parsed, out var error) ? parsed : throw new ArgumentException(error);

    /// <summary>A zip by .NET's own writer.</summary>
    public static byte[] Make(params (string Name, string Content)[] files)
    {
        var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(content));
            }
        }
        return zip.ToArray();
    }

    public static Task<VerifiedZip> VerifyAsync(byte[] zip) =>
        ModuleZip.VerifyAsync(new MemoryStream(zip), Path, "v1.0.0", TestContext.Current.CancellationToken);

    public static Task<VerifiedZip> VerifyAsync(Stream zip) =>
        ModuleZip.VerifyAsync(zip, Path, "v1.0.0", TestContext.Current.CancellationToken);
}
