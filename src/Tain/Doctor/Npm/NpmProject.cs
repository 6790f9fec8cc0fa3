using Tain.Doctor.Npm.Lockfiles;
using Tain.Doctor.Npm.Settings;

namespace Tain.Doctor.Npm;

/// <summary>A folder that is installed as one: with its lockfile and its workspaces.</summary>
internal sealed class NpmProject(string folder, PackageFile? root, IReadOnlyList<Lockfile> lockfiles, NpmTool tool)
{
    public string Folder { get; } = folder;

    public PackageFile? Root { get; } = root;

    public IReadOnlyList<Lockfile> Lockfiles { get; } = lockfiles;

    /// <summary>The one that its files speak for.</summary>
    public NpmTool Tool { get; } = tool;

    public List<PackageFile> Packages { get; } = [];

    /// <summary>Settings of its own files, per tool, from the strongest.</summary>
    public required Func<NpmTool, IReadOnlyList<NpmSetting>> Own { get; init; }

    public required MachineSettings Machine { get; init; }

    /// <summary>All settings in effect here, from the strongest: variables, the project's files, the user's, the machine's.</summary>
    public IReadOnlyList<NpmSetting> InEffect(NpmTool tool)
    {
        if (!_inEffect.TryGetValue(tool, out var all))
        {
            all = [.. Machine.Variables(tool), .. Own(tool), .. Machine.Own(tool)];
            // yarn 2 and later read no .npmrc at all.
            if (tool is not NpmTool.Yarn)
                all = [.. all, .. Machine.User, .. Machine.Global];
            _inEffect[tool] = all;
        }
        return all;
    }

    private readonly Dictionary<NpmTool, IReadOnlyList<NpmSetting>> _inEffect = [];

    public NpmSetting? InEffect(NpmTool tool, string key) => InEffect(tool).FirstOrDefault(s => s.Key == key);
}
