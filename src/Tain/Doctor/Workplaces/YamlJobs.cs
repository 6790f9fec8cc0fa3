using YamlDotNet.RepresentationModel;
using Tain.Doctor.Files;

namespace Tain.Doctor.Workplaces;

/// <summary>The jobs of a pipeline's file, or their steps, each as a workplace of its own: with the settings that are in effect there.</summary>
/// <param name="all">The repository's: what GitLab includes is one with it.</param>
internal sealed class YamlJobs(IReadOnlyList<Workplace> all)
{
    /// <summary>Nodes read for it; a file that has more, by aliases of aliases, stays one workplace.</summary>
    private const int MaxNodes = 200_000;

    /// <summary>Templates that a GitLab job extends, one from another (docs.gitlab.com, "extends": eleven levels).</summary>
    private const int MaxTemplates = 100;

    /// <summary>A long text that many aliases share counts as many.</summary>
    private const int CharsPerNode = 100;

    private static readonly HashSet<string> NoJobs = new(StringComparer.Ordinal)
    {
        "variables", "default", "include", "stages", "workflow", "spec", "image", "services", "cache", "before_script", "after_script",
    };

    /// <summary>Settings of GitLab's that count in every job, whatever file they stand in; bounded, since each job has them.</summary>
    private const int MaxEverywhere = 1000;

    private readonly List<(Reader Reader, YamlMappingNode Root)> _gitLab = [.. all.Where(IsGitLab).SelectMany(w => Roots(w).Select(r => (new Reader(w), r)))];
    private List<Assignment>? _everywhere;
    private Dictionary<string, (Reader Reader, YamlNode Node)>? _templates;

    public IReadOnlyList<Workplace> Of(Workplace workplace)
    {
        var reader = new Reader(workplace);
        List<Workplace> jobs = [.. Roots(workplace).SelectMany(r => IsGitLab(workplace) ? OfGitLab(reader, r) : OfWorkflow(reader, r))];
        return reader.Nodes > MaxNodes || (jobs.Count == 0 && !IsGitLab(workplace)) ? [workplace] : jobs;
    }

    private static IEnumerable<YamlMappingNode> Roots(Workplace workplace) => workplace.Documents.Select(d => d.RootNode).OfType<YamlMappingNode>();

    private static bool IsGitLab(Workplace workplace) => workplace.Pipeline is PipelineKind.GitLab;

    /// <summary>Whether a key of a GitLab pipeline is a job's name.</summary>
    public static bool IsGitLabJob(string key) => !NoJobs.Contains(key);

    /// <summary>GitHub's, Gitea's and CircleCI's, and composite actions: steps in jobs.</summary>
    private static IEnumerable<Workplace> OfWorkflow(Reader reader, YamlMappingNode root)
    {
        var everywhere = reader.In(root.ChildOrNull("env")).ToList();
        IEnumerable<YamlNode> jobs = root.ChildOrNull("jobs") is YamlMappingNode map ? map.Children.Values : root.ChildOrNull("runs") is { } runs ? [runs] : [];
        foreach (var job in jobs.OfType<YamlMappingNode>())
        {
            var carried = LastOfEach([.. everywhere, .. job.Children.Where(c => (c.Key as YamlScalarNode)?.Value != "steps").SelectMany(c => reader.In(c.Value))]);
            foreach (var step in job.ChildOrNull("steps") is YamlSequenceNode steps ? steps.Children : [])
            {
                var own = reader.In(step).ToList();
                yield return reader.Make([.. carried, .. own], [step], step);
                // What a step exports is gone with its shell, unless it is written where the next one looks.
                carried = LastOfEach([.. carried, .. own.Where(a => reader.Line(a) is var line && (line.Contains("go env -w", StringComparison.Ordinal) || line.Contains("_ENV", StringComparison.Ordinal)))]);
            }
        }
    }

    private IEnumerable<Workplace> OfGitLab(Reader reader, YamlMappingNode root)
    {
        _everywhere ??= [.. _gitLab.SelectMany(g => Everywhere(g.Reader, g.Root)).Take(MaxEverywhere)];
        _templates ??= Named(_gitLab);
        var own = Named([(reader, root)]);
        var everywhere = LastOfEach([.. _everywhere, .. Everywhere(reader, root)]);
        foreach (var (key, job) in root.Children)
        {
            if ((key as YamlScalarNode)?.Value is not { } name || name.StartsWith('.') || !IsGitLabJob(name) || job is not YamlMappingNode)
                continue;
            var parts = new List<(Reader Reader, YamlNode Node)>();
            var isKnown = Extend(job, []);
            parts.Add((reader, job));
            // Another project's template may set whatever it likes.
            if (isKnown)
                yield return reader.Make([.. everywhere, .. parts.SelectMany(p => p.Reader.In(p.Node))], [.. parts.Select(p => p.Node), .. Scripts(root)], key);

            bool Extend(YamlNode node, HashSet<string> seen)
            {
                IEnumerable<string> names = node.ChildOrNull("extends") switch
                {
                    YamlScalarNode { Value: { } one } => [one],
                    YamlSequenceNode list => list.Children.Select(c => c.TextOrNull()).OfType<string>(),
                    _ => [],
                };
                foreach (var template in names.Where(seen.Add))
                {
                    if (seen.Count > MaxTemplates || !(own.TryGetValue(template, out var found) || _templates.TryGetValue(template, out found)) || !Extend(found.Node, seen))
                        return false;
                    parts.Add(found);
                }
                return true;
            }
        }

        static Dictionary<string, (Reader Reader, YamlNode Node)> Named(IEnumerable<(Reader Reader, YamlMappingNode Root)> files)
        {
            var named = new Dictionary<string, (Reader, YamlNode)>(StringComparer.Ordinal);
            foreach (var (owner, file) in files)
            {
                foreach (var (key, node) in file.Children)
                    named.TryAdd((key as YamlScalarNode)?.Value ?? "", (owner, node));
            }
            return named;
        }

        static IEnumerable<YamlNode> Scripts(YamlNode root) => ((YamlNode?[])[root.ChildOrNull("before_script"), root.ChildOrNull("default")]).OfType<YamlNode>();

        static IEnumerable<Assignment> Everywhere(Reader reader, YamlNode root) => reader.In(root.ChildOrNull("variables")).Concat(Scripts(root).SelectMany(reader.In));
    }

    /// <summary>Of each variable the assignment that counts: a later step has those of all steps before it.</summary>
    private static List<Assignment> LastOfEach(IEnumerable<Assignment> assignments) => [.. assignments.Reverse().DistinctBy(a => a.Name).Reverse()];

    /// <summary>Finds the assignments below a node.</summary>
    private sealed class Reader(Workplace workplace)
    {
        private readonly Assignment[] _sorted = [.. workplace.Assignments.OrderBy(a => a.Start)];

        public TextFile File { get; } = workplace.File!;

        public int Nodes { get; private set; }

        public ReadOnlySpan<char> Line(Assignment assignment) => File.Line(assignment.Place.Line);

        public IEnumerable<Assignment> In(YamlNode? node)
        {
            if (node is null || _sorted.Length == 0)
                yield break;
            foreach (var (_, scalar) in YamlFile.Scalars(node))
            {
                if (++Nodes > MaxNodes)
                    yield break;
                var (start, length, _) = File.Span(scalar);
                for (var i = FirstAt(start); i < _sorted.Length && _sorted[i].Start <= start + length; i++, Nodes++)
                    yield return _sorted[i];
            }
        }

        public Workplace Make(IEnumerable<Assignment> assignments, IEnumerable<YamlNode> text, YamlNode at)
        {
            var scalars = text.SelectMany(YamlFile.Scalars).Where(s => (Nodes += 1 + (s.Node.Value?.Length ?? 0) / CharsPerNode) <= MaxNodes && !workplace.Watched.Contains(s.Key));
            return new(workplace.Kind, File, LastOfEach(assignments), string.Concat(scalars.Select(s => s.Node.Value + "\n"))) { At = File.At(at) };
        }

        private int FirstAt(int start)
        {
            var (low, high) = (0, _sorted.Length);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (_sorted[middle].Start < start)
                    low = middle + 1;
                else
                    high = middle;
            }
            return low;
        }
    }
}
