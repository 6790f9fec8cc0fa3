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

    private static readonly HashSet<string> NoJobs = new(StringComparer.Ordinal)
    {
        "variables", "default", "include", "stages", "workflow", "spec", "image", "services", "cache", "before_script", "after_script",
    };

    /// <summary>Settings of GitLab's that count in every job, whatever file they stand in; bounded, since each job has them.</summary>
    private const int MaxEverywhere = 1000;

    private readonly List<(Reader Reader, YamlMappingNode Root)> _gitLab = [.. all.Where(IsGitLab).SelectMany(w => Roots(w).Select(r => (new Reader(w, []), r)))];
    private List<Assignment>? _everywhere;
    private Dictionary<string, (Reader Reader, YamlNode Node)>? _templates;

    /// <summary>The jobs or steps that have one of some places of the file in them, each with its settings.</summary>
    /// <param name="places">In their order.</param>
    public IReadOnlyList<Workplace> Of(Workplace workplace, int[] places)
    {
        var reader = new Reader(workplace, places);
        var jobs = new List<Workplace>();
        foreach (var job in Roots(workplace).SelectMany(r => IsGitLab(workplace) ? OfGitLab(reader, r) : OfWorkflow(reader, r)))
        {
            if (reader.Nodes > MaxNodes)
                return [workplace];
            jobs.Add(job);
        }
        // What has no jobs is one.
        return reader.Nodes > MaxNodes || (places.Length > 0 && !reader.HasJobs) ? [workplace] : jobs;
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
                reader.HasJobs = true;
                if (reader.Has(step))
                    yield return reader.Make([.. carried, .. reader.In(step)], step);
                // What a step exports is gone with its shell, unless it is written where the next one looks.
                if (step.ChildOrNull("run") is YamlScalarNode { Value: { } script } run && (script.Contains("go env -w", StringComparison.Ordinal) || script.Contains("_ENV", StringComparison.Ordinal)))
                    carried = LastOfEach([.. carried, .. reader.In(run)]);
            }
        }
    }

    private IEnumerable<Workplace> OfGitLab(Reader reader, YamlMappingNode root)
    {
        _everywhere ??= [.. _gitLab.SelectMany(g => Everywhere(g.Reader, g.Root)).Take(MaxEverywhere)];
        _templates ??= Named(_gitLab);
        var own = Named([(reader, root)]);
        var everywhere = LastOfEach([.. _everywhere, .. Everywhere(reader, root)]);
        var isEverywhere = Scripts(root).Any(reader.Has);
        foreach (var (key, job) in root.Children)
        {
            if ((key as YamlScalarNode)?.Value is not { } name || name.StartsWith('.') || !IsGitLabJob(name) || job is not YamlMappingNode)
                continue;
            reader.HasJobs = true;
            var parts = new List<(Reader Reader, YamlNode Node)>();
            var isKnown = Extend(job, []);
            parts.Add((reader, job));
            // Another project's template may set whatever it likes.
            if (isKnown && (isEverywhere || parts.Any(p => p.Reader.File == reader.File && reader.Has(p.Node))))
                yield return reader.Make([.. everywhere, .. parts.SelectMany(p => p.Reader.In(p.Node))], key);

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

    /// <summary>Finds what stands below a node.</summary>
    private sealed class Reader
    {
        private readonly Workplace _workplace;
        private readonly int[] _places;
        private readonly Assignment[] _sorted;
        private readonly int[] _starts;

        public Reader(Workplace workplace, int[] places)
        {
            (_workplace, _places, File) = (workplace, places, workplace.File!);
            _sorted = [.. workplace.Assignments.OrderBy(a => a.Start)];
            _starts = Array.ConvertAll(_sorted, a => a.Start);
        }

        public TextFile File { get; }

        /// <summary>How many were looked at.</summary>
        public int Nodes { get; private set; }

        public bool HasJobs { get; set; }

        /// <summary>Whether one of the places is there.</summary>
        public bool Has(YamlNode node)
        {
            foreach (var (start, end) in Spans(node))
            {
                if (FirstAt(_places, start) is var i && i < _places.Length && _places[i] < end)
                    return true;
            }
            return false;
        }

        public IEnumerable<Assignment> In(YamlNode? node)
        {
            if (node is null || _sorted.Length == 0)
                yield break;
            foreach (var (start, end) in Spans(node))
            {
                for (var i = FirstAt(_starts, start); i < _sorted.Length && _sorted[i].Start <= end; i++, Nodes++)
                    yield return _sorted[i];
            }
        }

        public Workplace Make(IEnumerable<Assignment> assignments, YamlNode at) => new(_workplace.Kind, File, LastOfEach(assignments), "") { At = File.At(at) };

        private IEnumerable<(int Start, int End)> Spans(YamlNode node)
        {
            foreach (var (_, scalar) in YamlFile.Scalars(node))
            {
                if (++Nodes > MaxNodes)
                    yield break;
                var (start, length, _) = File.Span(scalar);
                yield return (start, start + length);
            }
        }

        private static int FirstAt(int[] sorted, int start)
        {
            var (low, high) = (0, sorted.Length);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (sorted[middle] < start)
                    low = middle + 1;
                else
                    high = middle;
            }
            return low;
        }
    }
}
