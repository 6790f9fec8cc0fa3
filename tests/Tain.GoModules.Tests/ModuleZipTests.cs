using System.Text;

namespace Tain.GoModules.Tests;

public sealed class ModuleZipTests
{
    [Fact]
    public async Task A_legal_zip_gives_hash_and_files()
    {
        var zip = ZipFiles.Make((ZipFiles.Prefix + "go.mod", "module example.com/m\n"), (ZipFiles.Prefix + "a/b.go", "package b\n"));
        var verified = await ZipFiles.VerifyAsync(zip);
        Assert.Equal(zip.Length, verified.Length);
        Assert.Equal(["go.mod", "a/b.go"], verified.Files.Select(f => f.Name));
        Assert.Equal(ModuleHash.GoMod(Encoding.UTF8.GetBytes("module example.com/m\n")), verified.GoModH1);
    }
}
