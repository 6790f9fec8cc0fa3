using System.Text;

namespace Tain.Clients;

/// <summary>The program of <c>demo/main.go</c>, which uses a little of each of fifty modules of the corpus.</summary>
internal static class Demo
{
    /// <summary>The program with its go.mod, in the folder of a go command that asks <paramref name="proxy"/>.</summary>
    public static GoCommand Prepare(string proxy)
    {
        // Made here, since the versions are those of the packages that Debian has today.
        var goMod = new StringBuilder("module tain.test/demo\n\ngo 1.24\n\n");
        foreach (var module in Modules())
            goMod.Append("require ").Append(module.Path).Append(' ').Append(module.Version).Append('\n');
        var go = new GoCommand(proxy);
        go.Write("go.mod", goMod.ToString());
        go.Write("main.go", File.ReadAllText(Repository.Existing("tests/Tain.Clients/demo/main.go", "git checkout tests")));
        return go;
    }

    /// <summary>Downloads all modules, builds, and runs the program, which checks what each module answers.</summary>
    public static async Task DownloadBuildAndRunAsync(GoCommand go)
    {
        (await go.RunAsync("mod", "download", "all")).Succeeded();
        (await go.RunAsync("build", "-mod=mod", "-o", "demo", ".")).Succeeded();
        var run = (await go.RunProgramAsync(Path.Combine(go.Folder, "demo"))).Succeeded();
        Assert.Equal("50 modules, all right", run.Output.Trim());
    }

    /// <summary>The corpus' modules and their one version each.</summary>
    public static IReadOnlyList<(string Path, string Version)> Modules() =>
        [.. File.ReadLines(Path.Combine(Repository.Corpus, "MODULES")).Select(line => line.Split(' ')).Select(f => (f[0], f[1]))];

    /// <summary>Every .mod and .zip in the go command's module cache is the corpus' own, byte for byte. How many zips there are.</summary>
    public static int CompareWithCorpus(GoCommand go)
    {
        var downloads = Path.Combine(go.ModuleCache, "cache", "download");
        var zips = 0;
        foreach (var file in Directory.EnumerateFiles(downloads, "*", SearchOption.AllDirectories))
        {
            if (Path.GetExtension(file) is not (".zip" or ".mod"))
                continue;
            var original = Path.Combine(Repository.Corpus, Path.GetRelativePath(downloads, file));
            Assert.True(File.ReadAllBytes(original).AsSpan().SequenceEqual(File.ReadAllBytes(file)), $"{file} differs from {original}");
            zips += file.EndsWith(".zip", StringComparison.Ordinal) ? 1 : 0;
        }
        return zips;
    }
}
