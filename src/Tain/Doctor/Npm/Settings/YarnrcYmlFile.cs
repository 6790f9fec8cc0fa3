using Tain.Doctor.Files;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Npm.Settings;

/// <summary>.yarnrc.yml of yarn 2 and later.</summary>
internal static class YarnrcYmlFile
{
    public static IReadOnlyList<NpmSetting> Read(TextFile file, FileReader files)
    {
        var settings = new List<NpmSetting>();
        if (YamlFile.ParseOrNull(file, files) is not [{ RootNode: YamlMappingNode root }, ..])
            return settings;
        Add(root, "npmRegistryServer", NpmSetting.Registry);
        Add(root, "enableStrictSsl", NpmSetting.StrictSsl);
        AddCredentials(root, "");
        foreach (var (name, map) in Maps(root, "npmScopes"))
        {
            Add(map, "npmRegistryServer", "@" + name.TrimStart('@') + ":registry");
            AddCredentials(map, "@" + name.TrimStart('@') + ":");
        }
        foreach (var (name, map) in Maps(root, "npmRegistries"))
            AddCredentials(map, name + ":");
        return settings;

        void AddCredentials(YamlMappingNode map, string prefix)
        {
            Add(map, "npmAuthToken", prefix + "_authToken");
            Add(map, "npmAuthIdent", prefix + "_auth");
        }

        void Add(YamlMappingNode map, string name, string key)
        {
            if (map.ChildOrNull(name) is not YamlScalarNode { Value: { } value } node)
                return;
            var (start, length, _) = file.Span(node);
            settings.Add(new(key, value, file.At(node), start, length) { WrittenKey = name, OwnsLine = map == root && root.OwnsLine(name) });
        }
    }

    private static IEnumerable<(string Name, YamlMappingNode Map)> Maps(YamlMappingNode root, string name)
    {
        foreach (var (key, value) in (root.ChildOrNull(name) as YamlMappingNode ?? []).Children)
        {
            if (key.TextOrNull() is { } text && value is YamlMappingNode map)
                yield return (text, map);
        }
    }
}
