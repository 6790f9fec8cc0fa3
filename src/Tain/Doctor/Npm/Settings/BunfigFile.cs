using Tain.Doctor.Files;

namespace Tain.Doctor.Npm.Settings;

/// <summary>bunfig.toml: <c>[install]</c> has the registry, <c>[install.scopes]</c> those of scopes, as a URL or a table with a <c>url</c>.</summary>
internal static class BunfigFile
{
    public static IReadOnlyList<NpmSetting> Read(TextFile file, FileReader files)
    {
        var settings = new List<NpmSetting>();
        if (TomlFile.ParseOrNull(file, files)?["install"] is not { Kind: TomlKind.Table } install)
            return settings;
        Add("install.registry", install["registry"], NpmSetting.Registry, "");
        foreach (var (scope, value) in install["scopes"]?.Children ?? [])
            Add("install.scopes." + scope, value, $"@{scope.TrimStart('@')}:registry", $"@{scope.TrimStart('@')}:");
        return settings;

        void Add(string path, TomlValue? value, string key, string prefix)
        {
            AddText(path, value, key);
            AddText(path + ".url", value?["url"], key);
            AddText(path + ".token", value?["token"], prefix + "_authToken");
            AddText(path + ".password", value?["password"], prefix + "_password");
        }

        // The place is that of what stands between the quotes.
        void AddText(string path, TomlValue? value, string key)
        {
            if (value?.StringOrNull is { } text)
                settings.Add(new(key, text, file.At(value.Start), value.Start + 1, Math.Max(value.Length - 2, 0)) { WrittenKey = path });
        }
    }
}
