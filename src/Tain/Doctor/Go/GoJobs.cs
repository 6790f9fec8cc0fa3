using System.Text.RegularExpressions;
using Tain.Doctor.Containers;
using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Go;

/// <summary>Where the repository's modules are fetched, each time with the settings that are in effect there: a job's or a step's, a
/// stage's of a Dockerfile.</summary>
internal sealed partial class GoJobs(Scene scene)
{
    /// <summary>Of one Dockerfile; real ones have below twenty.</summary>
    private const int MaxStages = 100;

    private readonly YamlJobs _yaml = new(scene.Workplaces);

    public IEnumerable<Workplace> Of(Workplace workplace)
    {
        var jobs = workplace switch
        {
            { Kind: WorkplaceKind.Machine } => [workplace],
            { Kind: WorkplaceKind.Image } => OfDockerfile(workplace),
            { Kind: WorkplaceKind.Pipeline } => _yaml.Of(workplace, Fetching(workplace)),
            _ when workplace.Assignments.Any(a => a.Name is "GOPROXY" or "GOPRIVATE") => [workplace],
            _ => (IEnumerable<Workplace>)[],
        };
        // Nobody is asked with GOPROXY=off, and where all is vendored.
        return jobs.Where(j => j.LastOrNull("GOPROXY")?.Value.Trim() != "off" && j.LastOrNull("GOFLAGS")?.Value.Contains("-mod=vendor", StringComparison.Ordinal) != true);
    }

    /// <summary>Where the go command is run and fetches, and is not only spoken of.</summary>
    private static int[] Fetching(Workplace workplace)
        => workplace.File is { } file ? [.. WorkplaceReader.Commands(workplace, GoCommand().Matches(file.Text).Where(m => !IsAlone(file, m)).Select(m => m.Index)).Order()] : [];

    /// <summary>A module that is made for the moment: <c>go mod init t &amp;&amp; go get …</c>.</summary>
    private static bool IsAlone(TextFile file, Match match)
    {
        var before = file.Text.AsSpan(Math.Max(0, match.Index - 500), Math.Min(500, match.Index));
        return before[(before.LastIndexOf('\n') + 1)..].Contains("go mod init", StringComparison.Ordinal);
    }

    /// <summary>An image that is built gets no settings but its own, those of the stages and the image that it stands on, and what it is given
    /// from outside.</summary>
    private IEnumerable<Workplace> OfDockerfile(Workplace workplace)
    {
        if (workplace.File is not { } file || scene.Dockerfiles.GetValueOrDefault(file) is not { } text)
            yield break;
        var lines = Fetching(workplace).Select(p => file.At(p).Line).ToList();
        var stages = DockerStage.Of(text).Take(MaxStages).ToList();
        var settings = new Dictionary<DockerStage, List<Assignment>>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < stages.Count; i++)
        {
            var (stage, end) = (stages[i], i + 1 < stages.Count ? stages[i + 1].Line : int.MaxValue);
            var inherited = stage.Parent is { } parent ? settings[parent] : [];
            var own = workplace.Assignments.Where(a => a.Place.Line > stage.Line && a.Place.Line < end).ToList();
            settings[stage] = [.. inherited, .. own];
            var (run, next) = stage.Instructions.Zip(stage.Instructions.Skip(1).Select(n => n.Line).Append(end))
                .FirstOrDefault(r => r.First is { Keyword: "RUN", IsOnBuild: false } && r.First.FlagOrNull("--network")?.Text != "none" && HasLine(r.First.Line, r.Second));
            if (run is null || stage.Instructions.Any(IsFromOutside))
                continue;
            yield return new(workplace.Kind, file, [.. inherited, .. own.Where(a => a.Place.Line < next)], "")
            {
                At = file.AtLine(run.Line),
                MayInherit = stage.Root is null || !KnownHosts.IsPublicImage(stage.Root),
            };
        }

        bool HasLine(int from, int to) => (lines.BinarySearch(from) is var at && at < 0 ? ~at : at) is var next && next < lines.Count && lines[next] < to;
    }

    private static bool IsFromOutside(DockerInstruction instruction) => instruction.Keyword switch
    {
        "ARG" => instruction.Words.Any(w => w.Text is "GOPRIVATE" or "GONOPROXY" or "GONOSUMDB" or "GOPROXY"),
        "COPY" or "ADD" => instruction.Words is [.., { Text: var target }] && target.Contains("go/env", StringComparison.Ordinal),
        "RUN" => instruction.Mounts.Any(m => m.Options.Any(o => (o.Key == "env" && o.Value.StartsWith("GO", StringComparison.Ordinal)) || (o.Key is "target" or "dst" && o.Value.EndsWith("go/env", StringComparison.Ordinal)))),
        _ => false,
    };

    // What is named with a version is fetched for itself, and -mod=vendor fetches nothing.
    [GeneratedRegex(@"\bgo\s+(?:(?:build|test|vet|list|generate|mod\s+(?:download|tidy|vendor))\b(?![^\n;&|]*-mod[= ]vendor)|(?:install|get|run)\b(?![^\n;&|]*(?:-mod[= ]vendor|@)))")]
    private static partial Regex GoCommand();
}
