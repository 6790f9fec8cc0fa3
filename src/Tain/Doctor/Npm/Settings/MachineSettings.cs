using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Npm.Settings;

/// <summary>What this user's and this machine's files and variables say, to each tool.</summary>
internal sealed class MachineSettings(Machine machine, FileReader files)
{
    /// <summary>npm has one global file, below node's prefix, which is not known here: the usual ones.</summary>
    private static readonly string[] Prefixes = ["/usr/etc/npmrc", "/usr/local/etc/npmrc", "/opt/homebrew/etc/npmrc", "/etc/npmrc"];

    public string UserNpmrc { get; } = machine.VariableOrNull("NPM_CONFIG_USERCONFIG") ?? machine.VariableOrNull("npm_config_userconfig") ?? machine.InHome(".npmrc");

    private IReadOnlyList<NpmSetting>? _user;
    private IReadOnlyList<NpmSetting>? _global;

    public IReadOnlyList<NpmSetting> User => _user ??= Npmrc(UserNpmrc);

    public IReadOnlyList<NpmSetting> Global => _global ??=
        [.. GlobalFiles().Distinct(StringComparer.Ordinal).SelectMany(Npmrc)];

    /// <summary>Files of this tool's own, from the strongest.</summary>
    public IReadOnlyList<NpmSetting> Own(NpmTool tool) => _own.TryGetValue(tool, out var own) ? own : _own[tool] = tool switch
    {
        NpmTool.Pnpm => [.. Yaml(Path.Join(machine.ConfigFolder, "pnpm", "config.yaml")), .. Npmrc(Path.Join(machine.ConfigFolder, "pnpm", "rc"))],
        NpmTool.Yarn1 => files.ReadOrNull(machine.InHome(".yarnrc")) is { } yarnrc ? YarnrcFile.Read(yarnrc) : [],
        NpmTool.Yarn => files.ReadOrNull(machine.InHome(".yarnrc.yml")) is { } yml ? YarnrcYmlFile.Read(yml, files) : [],
        NpmTool.Bun => files.ReadOrNull(machine.VariableOrNull("XDG_CONFIG_HOME") is { } xdg ? Path.Join(xdg, ".bunfig.toml") : machine.InHome(".bunfig.toml")) is { } toml ? BunfigFile.Read(toml, files) : [],
        _ => [],
    };

    private readonly Dictionary<NpmTool, IReadOnlyList<NpmSetting>> _own = [];

    private IReadOnlyList<Assignment>? _profiles;

    /// <summary>What the profiles of shells give to variables; of several lines in one file the last.</summary>
    public IReadOnlyList<Assignment> Profiles => _profiles ??= [.. machine.Profiles().Select(files.ReadOrNull).OfType<TextFile>()
        .SelectMany(f => AssignmentScan.Find(f, Checkup.Variables, 0, f.Text.Length).GroupBy(a => a.Name).Select(g => g.Last()))];

    /// <summary>The same as settings of npm's, whether this process has them from there or not: new shells do.</summary>
    public IEnumerable<NpmSetting> InProfiles => Profiles.Select(OfOrNull).OfType<NpmSetting>();

    /// <summary>The setting that a variable is, of whichever tool; null when it is none.</summary>
    public static NpmSetting? OfOrNull(Assignment variable)
        => Enum.GetValues<NpmTool>().Select(t => KeyOrNull(t, variable.Name)).FirstOrDefault(k => k is not null) is { } key
            ? new(key, variable.Value, variable.Place, variable.Start, variable.Length) { Assignment = variable, WrittenKey = variable.Name } : null;

    /// <summary>Variables, of which the names are npm's whatever their case: <c>NPM_CONFIG_STRICT_SSL</c> is <c>strict-ssl</c>.</summary>
    public IEnumerable<NpmSetting> Variables(NpmTool tool)
    {
        foreach (var (name, value) in machine.Environment.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (value.Length > 0 && KeyOrNull(tool, name) is { } key)
                yield return InProfiles.LastOrDefault(s => s.WrittenKey == name && s.Value == value) is { } origin ? origin with { Key = key } : new(key, value, Place.OfVariable(name));
        }
    }

    /// <summary>npm's key for a variable that this tool reads.</summary>
    public static string? KeyOrNull(NpmTool tool, string variable)
    {
        if (tool is NpmTool.Yarn)
            return variable is "YARN_NPM_REGISTRY_SERVER" ? NpmSetting.Registry : variable is "YARN_ENABLE_STRICT_SSL" ? NpmSetting.StrictSsl : null;
        if ((tool is NpmTool.Yarn1 && variable is "YARN_REGISTRY" or "yarn_registry") || (tool is NpmTool.Bun && variable is "BUN_CONFIG_REGISTRY"))
            return NpmSetting.Registry;
        if (!variable.StartsWith("npm_config_", StringComparison.OrdinalIgnoreCase) || variable.Length == "npm_config_".Length)
            return null;
        var key = variable["npm_config_".Length..];
        if (key.StartsWith("//", StringComparison.Ordinal) || key[0] == '_')
            return key;
        return key[0] == '@' ? key : key.ToLowerInvariant().Replace('_', '-');
    }

    private IEnumerable<string> GlobalFiles()
    {
        if (machine.VariableOrNull("NPM_CONFIG_GLOBALCONFIG") is { } named)
            yield return named;
        if (machine.VariableOrNull("NPM_CONFIG_PREFIX") is { } prefix)
            yield return Path.Join(prefix, "etc", "npmrc");
        foreach (var path in Prefixes)
            yield return machine.InSystem(path);
    }

    private IReadOnlyList<NpmSetting> Npmrc(string path) => files.ReadOrNull(path) is { } file ? NpmrcFile.Read(file) : [];

    private IReadOnlyList<NpmSetting> Yaml(string path) => files.ReadOrNull(path) is { } file ? PnpmWorkspaceFile.Read(file, files) : [];
}
