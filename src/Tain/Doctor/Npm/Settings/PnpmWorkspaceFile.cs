using Tain.Doctor.Files;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Npm.Settings;

/// <summary>pnpm-workspace.yaml, which has all of pnpm's settings since pnpm 10, and the global <c>pnpm/config.yaml</c>.</summary>
internal static class PnpmWorkspaceFile
{
    public static IReadOnlyList<NpmSetting> Read(TextFile file, FileReader files)
    {
        var settings = new List<NpmSetting>();
        if (YamlFile.ParseOrNull(file, files) is not [{ RootNode: YamlMappingNode root }, ..])
            return settings;
        Add(root.ChildOrNull("registry"), NpmSetting.Registry, "registry");
        Add(root.ChildOrNull("strictSsl"), NpmSetting.StrictSsl, "strictSsl", ownsLine: root.OwnsLine("strictSsl"));
        foreach (var (key, value) in (root.ChildOrNull("registries") as YamlMappingNode ?? []).Children)
        {
            if (key is not YamlScalarNode { Value: { } name } keyNode)
                continue;
            // Up to pnpm 11.22 a scope's URL; since then a URL's scopes, with "@" for the default (pnpm.io/registries).
            if (value is YamlScalarNode)
                Add(value, KeyOf(name), name);
            else if (value.ChildOrNull("scopes") is YamlSequenceNode scopes)
            {
                var (start, length, _) = file.Span(keyNode);
                foreach (var scope in scopes.Children.Select(c => c.TextOrNull()).OfType<string>())
                    settings.Add(new(KeyOf(scope), name, file.At(keyNode), start, length) { WrittenKey = "registries" });
            }
        }
        return settings;

        void Add(YamlNode? node, string key, string written, bool ownsLine = false)
        {
            if (node is not YamlScalarNode { Value: { } value } scalar)
                return;
            var (start, length, _) = file.Span(scalar);
            settings.Add(new(key, value, file.At(scalar), start, length) { WrittenKey = written, OwnsLine = ownsLine });
        }
    }

    private static string KeyOf(string scope) => scope is "default" or "@" ? NpmSetting.Registry : "@" + scope.TrimStart('@') + ":registry";
}
