using Tain.Doctor.Files;
using Tain.Doctor.Npm.Lockfiles;
using Tain.Doctor.Npm.Settings;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Npm;

/// <summary>Settings that a pipeline, an image or a script makes.</summary>
/// <param name="InstallLine">Where it installs packages; 0 when it doesn't.</param>
internal sealed record WorkplaceSettings(Workplace Workplace, TextFile File, IReadOnlyList<NpmSetting> Settings, int InstallLine, bool Publishes)
{
    /// <summary>Whether it brings or writes an .npmrc, whose content is not known here.</summary>
    public bool HasOwnNpmrc { get; } = File.Text.Contains("npmrc", StringComparison.OrdinalIgnoreCase) || File.Text.Contains("CONFIG_USERCONFIG", StringComparison.OrdinalIgnoreCase) || File.Text.Contains("registry-url", StringComparison.Ordinal);
}

/// <summary>All that the repository and the machine say to package managers.</summary>
internal sealed class NpmScene
{
    private readonly Dictionary<string, IReadOnlyList<NpmSetting>> _files = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, NpmProject> _projects = new(StringComparer.Ordinal);

    public NpmScene(Scene scene)
    {
        Scene = scene;
        Machine = new(scene.Machine, scene.Files);
        foreach (var path in scene.Paths)
            ReadSettings(path);
        Packages = [.. scene.Named("package.json").Select(f => PackageFile.ReadOrNull(f, scene.Files)).OfType<PackageFile>()];
        PackageNames = Packages.Select(p => p.Name).OfType<string>().ToHashSet(StringComparer.Ordinal);
        // Beside an npm-shrinkwrap.json npm reads no package-lock.json (docs.npmjs.com, "npm-shrinkwrap.json").
        var shrinkwraps = scene.Paths.Where(p => Path.GetFileName(p) == "npm-shrinkwrap.json").Select(Path.GetDirectoryName).ToHashSet(StringComparer.Ordinal);
        var lockfiles = scene.Paths.Where(p => NpmFiles.IsLockfile(Path.GetFileName(p)) && !(Path.GetFileName(p) == "package-lock.json" && shrinkwraps.Contains(Path.GetDirectoryName(p)))).Select(scene.Files.ReadOrNull).OfType<TextFile>()
            .Select(f => Lockfile.ReadOrNull(f, scene.Files)).OfType<Lockfile>().ToLookup(l => Path.GetDirectoryName(l.File.Path)!, StringComparer.Ordinal);
        var roots = Packages.ToDictionary(p => p.Folder, StringComparer.Ordinal);
        foreach (var folder in Roots(lockfiles.Select(l => l.Key)))
            _projects.Add(folder, MakeProject(folder, roots.GetValueOrDefault(folder), [.. lockfiles[folder]]));
        // Those that a fix would make are in no folder yet.
        foreach (var folder in _projects.Keys)
        {
            ReadSettings(Path.Join(folder, ".npmrc"));
            ReadSettings(Path.Join(folder, ".yarnrc.yml"));
        }
        foreach (var package in Packages)
            ProjectOf(package.Folder)?.Packages.Add(package);
        Workplaces = [.. scene.Workplaces.Where(s => s.File is not null).Select(s => ReadWorkplace(s, s.File!))];
    }

    public Scene Scene { get; }

    public MachineSettings Machine { get; }

    public IReadOnlyList<PackageFile> Packages { get; }

    /// <summary>What the repository has itself, and asks no registry for.</summary>
    public IReadOnlySet<string> PackageNames { get; }

    public IReadOnlyCollection<NpmProject> Projects => _projects.Values;

    public IReadOnlyList<WorkplaceSettings> Workplaces { get; }

    /// <summary>Of the repository's files, by path.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<NpmSetting>> Files => _files;

    /// <summary>Of everything: files, variables, scripts.</summary>
    public IEnumerable<NpmSetting> AllSettings()
    {
        foreach (var setting in _files.OrderBy(f => f.Key, StringComparer.Ordinal).SelectMany(f => f.Value).Concat(Workplaces.SelectMany(s => s.Settings)))
            yield return setting;
        foreach (var setting in MachineAll())
            yield return setting;
    }

    /// <summary>Of the machine.</summary>
    public IEnumerable<NpmSetting> MachineAll()
    {
        var own = Enum.GetValues<NpmTool>().SelectMany(t => Machine.Variables(t).Concat(Machine.Own(t)));
        // The repository may be the home folder: its .npmrc was met already.
        return own.Concat(Machine.InProfiles).Concat(Machine.User).Concat(Machine.Global).Where(s => s.Place.File is not { } file || !_files.ContainsKey(file.Path)).DistinctBy(s => (s.Key, s.Place));
    }

    /// <summary>The deepest project that has the folder.</summary>
    public NpmProject? ProjectOf(string folder) => Up(folder).Select(f => _projects.GetValueOrDefault(f)).FirstOrDefault(p => p is not null);

    public IReadOnlyList<NpmSetting> SettingsOf(string folder, string name) => _files.GetValueOrDefault(Path.Join(folder, name)) ?? [];

    private void ReadSettings(string path)
    {
        var name = Path.GetFileName(path);
        if (name is not (".npmrc" or ".yarnrc" or ".yarnrc.yml" or "bunfig.toml" or "pnpm-workspace.yaml") || _files.ContainsKey(path) || Scene.Files.ReadOrNull(path) is not { } file)
            return;
        _files[path] = name switch
        {
            ".npmrc" => NpmrcFile.Read(file),
            ".yarnrc" => YarnrcFile.Read(file),
            ".yarnrc.yml" => YarnrcYmlFile.Read(file, Scene.Files),
            "bunfig.toml" => BunfigFile.Read(file, Scene.Files),
            _ => PnpmWorkspaceFile.Read(file, Scene.Files),
        };
    }

    /// <summary>Folders with a lockfile, and those with a package.json that are in no such folder, nor in one another.</summary>
    private SortedSet<string> Roots(IEnumerable<string> withLockfile)
    {
        var roots = new SortedSet<string>(withLockfile, StringComparer.Ordinal);
        foreach (var folder in Packages.Select(p => p.Folder).Order(StringComparer.Ordinal))
        {
            if (!Up(folder).Any(roots.Contains))
                roots.Add(folder);
        }
        return roots;
    }

    private NpmProject MakeProject(string folder, PackageFile? root, IReadOnlyList<Lockfile> lockfiles)
        => new(folder, root, lockfiles, ToolOf(folder, root, lockfiles)) { Machine = Machine, Own = tool => OwnSettings(folder, tool) };

    private NpmTool ToolOf(string folder, PackageFile? root, IReadOnlyList<Lockfile> lockfiles)
    {
        switch (root?.PackageManager?.Split('@'))
        {
            case ["pnpm", ..]:
                return NpmTool.Pnpm;
            case ["yarn", var version, ..]:
                return version.StartsWith("1.", StringComparison.Ordinal) ? NpmTool.Yarn1 : NpmTool.Yarn;
            case ["npm", ..]:
                return NpmTool.Npm;
            case ["bun", ..]:
                return NpmTool.Bun;
        }
        if (lockfiles.Count > 0)
            return lockfiles[0].Tool;
        return _files.ContainsKey(Path.Join(folder, ".yarnrc.yml")) ? NpmTool.Yarn
            : _files.ContainsKey(Path.Join(folder, "pnpm-workspace.yaml")) ? NpmTool.Pnpm
            : _files.ContainsKey(Path.Join(folder, "bunfig.toml")) ? NpmTool.Bun
            : _files.ContainsKey(Path.Join(folder, ".yarnrc")) ? NpmTool.Yarn1 : NpmTool.Npm;
    }

    private IReadOnlyList<NpmSetting> OwnSettings(string folder, NpmTool tool) => tool switch
    {
        // npm goes up to the nearest package.json, and reads the .npmrc there and none above it (npm/cli: config's loadLocalPrefix).
        NpmTool.Npm => [.. Last(folder, ".npmrc")],
        NpmTool.Pnpm => [.. Last(folder, "pnpm-workspace.yaml"), .. Last(folder, ".npmrc")],
        NpmTool.Bun => [.. Last(folder, "bunfig.toml"), .. Last(folder, ".npmrc")],
        // yarn 1 asks npm's settings before its own, and both go up to the root (yarnpkg/yarn: npm-registry.js, getRegistry).
        NpmTool.Yarn1 => [.. Up(folder).SelectMany(f => Last(f, ".npmrc")), .. Up(folder).SelectMany(f => Last(f, ".yarnrc"))],
        _ => [.. Up(folder).SelectMany(f => Last(f, ".yarnrc.yml"))],
    };

    /// <summary>The strongest first: of two lines with the same key, the later one.</summary>
    private IEnumerable<NpmSetting> Last(string folder, string name) => SettingsOf(folder, name).Reverse();

    private IEnumerable<string> Up(string folder) => Folders.Up(folder, Scene.Folder);

    private static WorkplaceSettings ReadWorkplace(Workplace workplace, TextFile file)
    {
        var settings = new List<NpmSetting>();
        foreach (var assignment in workplace.Assignments)
        {
            if (MachineSettings.OfOrNull(assignment) is { } setting)
                settings.Add(setting);
        }
        settings.AddRange(CommandScan.Find(workplace, file));
        return new(workplace, file, settings, CommandScan.InstallLineOrZero(file), CommandScan.Publishes(file));
    }
}
