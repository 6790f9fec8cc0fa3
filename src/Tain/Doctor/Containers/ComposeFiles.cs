using System.Text.RegularExpressions;
using Tain.Doctor.Files;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor.Containers;

/// <summary>The services of a compose file (docs.docker.com/reference/compose-file).</summary>
internal static partial class ComposeFiles
{
    /// <summary><c>image:</c> of services that are not built here.</summary>
    public static IEnumerable<NamedImage> Images(YamlNode root, TextFile file, FileReader files)
    {
        Dictionary<string, string>? variables = null;
        foreach (var service in YamlImages.Members(root.ChildOrNull("services")))
        {
            if (service.ChildOrNull("build") is not null || service.ChildOrNull("pull_policy").TextOrNull() is "never" or "build" || service.ChildOrNull("image") is not YamlScalarNode { Value: { } image } node)
                continue;
            if (image.Contains('$', StringComparison.Ordinal))
                image = Interpolation.Expand(image, name => (variables ??= Environment(file, files)).GetValueOrDefault(name));
            yield return new(image, file.At(node), ImageUseKind.Compose);
        }
    }

    /// <summary>The Dockerfiles that stand in <c>dockerfile_inline</c>, each as a text of the compose file whose lines have the same numbers, and the number of its first.</summary>
    public static IEnumerable<(TextFile Text, int FirstLine)> Dockerfiles(YamlNode root, TextFile file)
    {
        foreach (var service in YamlImages.Members(root.ChildOrNull("services")))
        {
            // Of other styles the lines are not the file's.
            if (service.ChildOrNull("build").ChildOrNull("dockerfile_inline") is YamlScalarNode { Style: ScalarStyle.Literal, Value: { } text } node)
                yield return (new(file.Path, file.Shown, new string('\n', (int)node.Start.Line) + text), (int)node.Start.Line + 1);
        }
    }

    /// <summary>What the .env beside the compose file says.</summary>
    private static Dictionary<string, string> Environment(TextFile file, FileReader files)
    {
        var path = Path.Join(Path.GetDirectoryName(file.Path), ".env");
        // It may be a folder of Python's, which is no news.
        return File.Exists(path) && files.ReadOrNull(path) is { } env ? Assigned(env.Text) : new(StringComparer.Ordinal);
    }

    /// <summary>The lines <c>NAME=value</c> of a file, also with what make and shells write around them; the last one of a name counts.</summary>
    internal static Dictionary<string, string> Assigned(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match match in Assignment().Matches(text))
            values[match.Groups["name"].Value] = match.Groups["value"].Value;
        return values;
    }

    [GeneratedRegex("""^[ \t]*(?:(?:export|local|readonly)[ \t]+)?(?<name>[A-Za-z_]\w{0,200})[ \t]*[:?]?=[ \t]*["']?(?<value>[^\s"'#;]*)""", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();
}
