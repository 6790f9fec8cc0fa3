using Tain.Doctor.Files;

namespace Tain.Doctor.Npm.Lockfiles;

/// <summary>A package that a lockfile has.</summary>
/// <param name="Url">Where its tarball is from; null when the lockfile leaves that to the settings.</param>
/// <param name="IsFromRegistry">And not a file, a link, a repository or a tarball from anywhere.</param>
/// <param name="Offset">Of its evidence, in characters of the file.</param>
internal readonly record struct LockEntry(string Name, string? Url, bool IsFromRegistry, bool HasIntegrity, int Offset)
{
    public string? ScopeOrNull => NpmName.ScopeOrNull(Name);
}

internal sealed record Lockfile(TextFile File, NpmTool Tool, IReadOnlyList<LockEntry> Entries)
{
    public Place At(LockEntry entry) => File.At(entry.Offset);

    /// <summary>The lockfile; null, and named, when it makes no sense.</summary>
    public static Lockfile? ReadOrNull(TextFile file, FileReader files)
    {
        if (file.Text.Length == 0)
            return null;
        if (file.Text.Contains("\n<<<<<<< ", StringComparison.Ordinal))
        {
            files.PassOver(file, new("has the marks of a merge conflict", "含有合并冲突标记"));
            return null;
        }
        return file.Name switch
        {
            "pnpm-lock.yaml" => PnpmLock.ReadOrNull(file, files) is { } entries ? new(file, NpmTool.Pnpm, entries) : null,
            "yarn.lock" => YarnLock.ReadOrNull(file, files),
            "bun.lock" => BunLock.ReadOrNull(file, files) is { } entries ? new(file, NpmTool.Bun, entries) : null,
            _ => PackageLock.ReadOrNull(file, files) is { } entries ? new(file, NpmTool.Npm, entries) : null,
        };
    }
}
