using System.Text.RegularExpressions;
using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Containers;

/// <summary>The names that images get which are built in the repository: whoever uses them pulls nothing.</summary>
internal static partial class BuiltImages
{
    public static HashSet<string> Find(Scene scene)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var workplace in scene.Workplaces)
        {
            if (workplace.File is not { } file)
                continue;
            if (WorkplaceNames.IsCompose(file.Name))
            {
                foreach (var service in workplace.Documents.SelectMany(d => YamlImages.Members(d.RootNode.ChildOrNull("services"))).Where(s => s.ChildOrNull("build") is not null))
                    Add(service.ChildOrNull("image").TextOrNull());
            }
            if (workplace.Kind is WorkplaceKind.Image || !Tools.Any(t => file.Text.Contains(t, StringComparison.Ordinal)))
                continue;
            foreach (var line in workplace.Text.Replace("\\\r\n", " ", StringComparison.Ordinal).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Where(IsBuild))
            {
                foreach (Match tag in TagOption().Matches(line))
                    Add(tag.Groups["name"].Value);
            }
        }
        return names;

        void Add(string? name)
        {
            // The tag is often a variable: it makes no difference.
            if (name is not null && name.IndexOf('$', StringComparison.Ordinal) is var variable && ImageReference.ParseOrNull(variable > 0 ? name[..variable].TrimEnd(':') : name) is { } image)
                names.Add(image.Name);
        }
    }

    private static bool IsBuild(string line)
        => line.Length < 4000 && Tools.Any(t => line.Contains(t, StringComparison.Ordinal)) && (line.Contains(" build", StringComparison.Ordinal) || line.Contains(" bud ", StringComparison.Ordinal));

    private static readonly string[] Tools = ["docker", "podman", "nerdctl", "buildah"];

    [GeneratedRegex("""\s(?:-t|--tag)[\s=]\s*['"]?(?<name>[^\s'"]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex TagOption();
}
