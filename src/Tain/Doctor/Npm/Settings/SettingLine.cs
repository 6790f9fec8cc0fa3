using Tain.Doctor.Files;
using Tain.Doctor.Fixes;

namespace Tain.Doctor.Npm.Settings;

/// <summary>A setting as its tool's file has it.</summary>
internal static class SettingLine
{
    public static string OfScope(NpmTool tool, string scope, string url)
        => tool is NpmTool.Yarn ? $"npmScopes: {{ {scope.TrimStart('@')}: {{ npmRegistryServer: \"{url}\" }} }}" : $"{scope}:registry={url}";

    public static string Of(NpmTool tool, string key, string value)
        => key == NpmSetting.Registry ? tool is NpmTool.Yarn ? $"npmRegistryServer: \"{value}\"" : $"registry={value}" : OfScope(tool, key[..^":registry".Length], value);

    /// <summary>A scope's registry, in the words of the file or command that has it now.</summary>
    public static string InPlaceOf(NpmSetting setting, string url) => (setting.Place.File?.Name, setting.ScopeOrNull!) switch
    {
        (".yarnrc.yml", var scope) => OfScope(NpmTool.Yarn, scope, url),
        ("bunfig.toml", var scope) => $"\"{scope}\" = \"{url}\"",
        ("pnpm-workspace.yaml", var scope) => $"registries: {{ \"{scope}\": {url} }}",
        (_, var scope) => OfScope(NpmTool.Npm, scope, url),
    };

    /// <summary>The edit that adds registries, and logins by a variable, to a file; null where the file has a map that they would have to go into.</summary>
    public static Edit? AddOrNull(NpmScene npm, TextFile file, NpmTool tool, IReadOnlyList<(string Key, string Url)> settings)
    {
        if (file is { Exists: true, Text: "" } || settings.Any(s => !(RegistryUrl.IsPlain(s.Url) || NpmSecret.IsVariable(s.Url)) || !RegistryUrl.IsPlain(s.Key)))
            return null;
        if (tool is not NpmTool.Yarn)
        {
            // A line behind a [section] is no setting.
            return file.Text.Contains("\n[", StringComparison.Ordinal) || file.Text.StartsWith('[') ? null : Edit.AddLine(file, string.Join('\n', settings.Select(s => $"{s.Key}={s.Url}")));
        }
        if (file.Text.Contains("npmScopes:", StringComparison.Ordinal) || (file.Exists && !npm.Files.ContainsKey(file.Path)))
            return null;
        var lines = settings.Where(s => s.Key == NpmSetting.Registry).Select(s => $"npmRegistryServer: \"{s.Url}\"").ToList();
        var scopes = settings.Where(s => s.Key != NpmSetting.Registry).ToList();
        if (scopes.Count > 0)
            lines.Add("npmScopes:");
        foreach (var (key, url) in scopes)
            lines.AddRange([$"  {key[1..^":registry".Length]}:", $"    npmRegistryServer: \"{url}\""]);
        return Edit.AddLine(file, string.Join('\n', lines));
    }
}
