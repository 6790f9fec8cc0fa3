using Tain.Ecosystems.Go.Git;
using Tain.GoModules;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Direct;

// A version's zip out of git (Zip).
internal sealed partial class ModuleRepository
{
    /// <summary>Streams the zip while git gives the files. What may be in it is decided before, from the tree's names and sizes.</summary>
    public async Task WriteZipAsync(string commit, string version, Stream output, CancellationToken ct)
    {
        var location = await FindAsync(commit, version, ct);
        var entries = await _git.ListTreeAsync(commit, location.Directory, ct);
        // As x/mod's zip.Create reads it: a go.mod that can't be read has no go directive.
        var goVersion = location.GoMod is not null && GoModFile.TryParseLax(location.GoMod, out var mod, out _) ? mod.GoVersion : null;
        // A module in a subdirectory has the repository's license, when it has none of its own.
        var license = location.Directory.Length == 0 ? null : await _git.ReadFileAsync(commit, "LICENSE", (int)ModuleZip.MaxLicense, ct);
        var tree = ModuleTree.Check(entries.Select(e => new TreeFile(e.Name, e.Size, KindOf(e.Mode))), _place.Module, version, goVersion, license?.Length);
        if (tree.Error is { } error)
            throw new RepositoryException(FaultKind.Malformed, $"{version} can't be made a module zip: {error}", reached: true);
        await using var zip = new ModuleZipWriter(output, _place.Module, version);
        try
        {
            await _git.ArchiveAsync(commit, location.Directory, (name, content, token) => tree.Contains(name) ? zip.AddAsync(name, content, token) : Task.CompletedTask, ct);
            if (tree.NeedsLicense && license is not null)
                await zip.AddAsync("LICENSE", new MemoryStream(license, writable: false), ct);
            await zip.FinishAsync(ct);
        }
        catch (ModuleZipException e)
        {
            throw new RepositoryException(FaultKind.Malformed, $"{version} can't be made a module zip: {e.Message}", reached: true, e);
        }
    }

    private static TreeFileKind KindOf(string mode) => mode switch
    {
        "100644" or "100755" or "100664" => TreeFileKind.Regular,
        "120000" => TreeFileKind.Symlink,
        _ => TreeFileKind.Other,
    };
}
