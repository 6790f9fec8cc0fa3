using Tain.Doctor.Files;

namespace Tain.Doctor.Npm;

/// <param name="Offset">Of its key in package.json.</param>
internal readonly record struct Dependency(string Name, int Offset)
{
    public string? ScopeOrNull => NpmName.ScopeOrNull(Name);
}

/// <summary>What package.json says of mirrors and names.</summary>
internal sealed record PackageFile(TextFile File, string? Name)
{
    private static readonly string[] NotOfRegistry = ["workspace:", "file:", "link:", "portal:", "git", "http:", "https:", "github:", "./", "../", "patch:", "exec:"];

    public string Folder => Path.GetDirectoryName(File.Path)!;

    public bool IsPrivate { get; init; }

    /// <summary>Of <c>publishConfig</c>, and where it stands.</summary>
    public (string Url, Place Place)? PublishRegistry { get; init; }

    /// <summary>Those that a registry is asked for.</summary>
    public IReadOnlyList<Dependency> Dependencies { get; init; } = [];

    /// <summary>Globs of workspaces' folders.</summary>
    public IReadOnlyList<string> Workspaces { get; init; } = [];

    /// <summary><c>pnpm@11.6.0+sha512…</c>: what corepack runs.</summary>
    public string? PackageManager { get; init; }

    public static PackageFile? ReadOrNull(TextFile file, FileReader files)
    {
        if (JsonFile.ParseOrNull(file, files) is not { } root)
            return null;
        var dependencies = new List<Dependency>();
        foreach (var kind in (string[])["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"])
        {
            foreach (var (key, start, value) in root[kind]?.Children ?? [])
            {
                if (value.StringOrNull is not { } version || NotOfRegistry.Any(p => version.StartsWith(p, StringComparison.Ordinal)) || version.Contains("://", StringComparison.Ordinal))
                    continue;
                // "ui": "npm:@acme/ui@^1.0.0" asks for @acme/ui.
                var name = version.StartsWith("npm:", StringComparison.Ordinal) && version.Length > 5 ? version[4..] : key;
                dependencies.Add(new(name != key && name.IndexOf('@', 1) is > 0 and var at ? name[..at] : name, start));
            }
        }
        var workspaces = root["workspaces"] is { } list ? list["packages"] ?? list : null;
        return new(file, root["name"]?.StringOrNull)
        {
            IsPrivate = root["private"]?.Text == "true",
            PublishRegistry = root["publishConfig"]?["registry"] is { StringOrNull: { } url } registry ? (url, file.At(registry.Start)) : null,
            Dependencies = dependencies,
            Workspaces = [.. (workspaces?.Children ?? []).Select(c => c.Value.StringOrNull).OfType<string>()],
            PackageManager = root["packageManager"]?.StringOrNull,
        };
    }

    /// <summary>Whether a folder, relative to this file's, is one of its workspaces. Knows *, ** and !, which is all that is in use.</summary>
    public bool HasWorkspace(string relative)
    {
        var path = relative.Split('/');
        var globs = Workspaces.Select(w => (IsNot: (w.Length - w.TrimStart('!').Length) % 2 == 1, Parts: w.TrimStart('!').TrimStart('.', '/').TrimEnd('/').Split('/'))).ToList();
        // Wherever it stands, a ! counts, unless a later glob names the very thing that it takes out (@npmcli/map-workspaces).
        return globs.Exists(g => !g.IsNot && Matches(g.Parts, path))
            && !globs.Where((g, i) => g.IsNot && Matches(g.Parts, path) && !globs.Skip(i + 1).Any(later => !later.IsNot && Matches(g.Parts, later.Parts))).Any();
    }

    private static bool Matches(ReadOnlySpan<string> glob, ReadOnlySpan<string> path)
    {
        if (glob.Length == 0)
            return path.Length == 0;
        if (glob[0] == "**")
            return Matches(glob[1..], path) || (path.Length > 0 && Matches(glob, path[1..]));
        return path.Length > 0 && System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(glob[0], path[0], ignoreCase: false) && Matches(glob[1..], path[1..]);
    }
}
