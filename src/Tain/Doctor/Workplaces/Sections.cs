using YamlDotNet.RepresentationModel;
using Tain.Doctor.Files;

namespace Tain.Doctor.Workplaces;

/// <summary>The stages of a Dockerfile, or the jobs of a pipeline, by the lines where they begin: what is set in one counts in no other.</summary>
internal sealed class Sections
{
    private readonly List<int> _starts;

    private Sections(IEnumerable<int> starts) => _starts = [.. starts.Order()];

    public static Sections Of(Workplace workplace) => new(workplace switch
    {
        { Kind: WorkplaceKind.Image, File: { } file } => Enumerable.Range(1, file.LineCount).Where(n => file.Line(n).TrimStart().StartsWith("FROM ", StringComparison.OrdinalIgnoreCase)),
        { Kind: WorkplaceKind.Pipeline } => workplace.Documents.Select(d => d.RootNode).SelectMany(root => Jobs(workplace, root)).Select(k => (int)k.Start.Line),
        _ => [],
    });

    /// <summary>Whether what is set on a line counts on another one: in the same section, or before all of them.</summary>
    public bool CountsAt(int set, int line) => IndexOf(set) is var section && (section < 0 || section == IndexOf(line));

    private static IEnumerable<YamlNode> Jobs(Workplace workplace, YamlNode root)
        => workplace.Pipeline is PipelineKind.GitLab && root is YamlMappingNode all ? all.Children.Keys.Where(k => k.TextOrNull() is { } name && YamlJobs.IsGitLabJob(name))
            : root.ChildOrNull("jobs") is YamlMappingNode jobs ? jobs.Children.Keys : [];

    private int IndexOf(int line)
    {
        var index = _starts.BinarySearch(line);
        return index >= 0 ? index : ~index - 1;
    }
}
