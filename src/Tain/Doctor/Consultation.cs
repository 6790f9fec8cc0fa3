using Tain.Doctor.Files;
using Tain.Doctor.Fixes;
using Tain.Doctor.Probes;

namespace Tain.Doctor;

/// <summary>One examination from its beginning to its end: the settings, the mirrors, and what would put things right.</summary>
/// <param name="ignore">Ids that are passed over, beside those of the team's file.</param>
internal sealed class Consultation(Machine machine, string folder, IReadOnlyList<string> ignore, TimeProvider time)
{
    /// <summary>Findings of one check that are told of one file.</summary>
    private const int MaxAlike = 20;

    private static readonly Words MoreReason = new("There are {count} more of the same kind in this file, of which this is the first.", "此文件中同类问题还有 {count} 处，这是其中第一处。");
    private static readonly Words MoreRemedy = new("As for those that were told.", "处理方法与前面列出的相同。");

    /// <param name="deadline">How long all questions to mirrors may take together; zero asks none.</param>
    /// <param name="problems">Gets what is wrong with the team's own file.</param>
    public async Task<Diagnosis> RunAsync(TimeSpan deadline, List<string> problems, CancellationToken ct)
    {
        var start = time.GetTimestamp();
        var scene = Look(new FileReader(folder, machine.Home), problems);
        IReadOnlyList<MirrorReport> mirrors = deadline > TimeSpan.Zero && problems.Count == 0 ? await MirrorProbes.RunAsync(scene, deadline, time, ct) : [];
        var findings = scene.Findings.Where(f => !IsIgnored(scene.Team, f)).ToList();
        // Only what is still sound when the whole file is mended is promised.
        var plan = Plan(findings);
        var mended = plan.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        findings = [.. findings.Select(f => f.Fix is { } fix && !mended.Contains(fix.File.Path) ? f with { Fix = null } : f)];
        return new(folder,
            [.. Capped(findings).OrderByDescending(f => f.Severity).ThenBy(f => f.Place.File?.Shown ?? "", StringComparer.Ordinal).ThenBy(f => f.Place.Line).ThenBy(f => f.Pitfall.Id, StringComparer.Ordinal)],
            scene.Findings.Count - findings.Count, mirrors, scene.Files.PassedOver, scene.Files.Count, time.GetElapsedTime(start))
        {
            Plan = plan,
        };
    }

    /// <summary>What the files would say if all that can be put right were; nobody is asked.</summary>
    public IReadOnlyList<MendedFile> Plan() => Plan(Found(new Dictionary<string, string>()));

    private IReadOnlyList<MendedFile> Plan(IReadOnlyList<Finding> found) => Mending.Plan(found, Found);

    private IReadOnlyList<Finding> Found(IReadOnlyDictionary<string, string> changed)
    {
        var scene = Look(new FileReader(folder, machine.Home, changed), []);
        return [.. scene.Findings.Where(f => !IsIgnored(scene.Team, f))];
    }

    private Scene Look(FileReader files, List<string> problems) => Checkup.Look(machine, folder, DoctorFile.Load(folder, files, problems), files);

    private bool IsIgnored(DoctorFile team, Finding finding)
        => ignore.Contains(finding.Pitfall.Id, StringComparer.Ordinal) || team.Ignores(finding) || HasComment(finding);

    /// <summary>A comment <c>tain:ignore ID</c> on the line, or on the one above.</summary>
    private static bool HasComment(Finding finding)
        => finding.Place is { File: { } file, Line: > 0 and var line } && (IsMark(file.Line(line), finding.Pitfall.Id) || IsMark(file.Line(line - 1), finding.Pitfall.Id));

    /// <summary>The first of each check in each file, and one finding for all that there are beside them: a generated file may have a hundred thousand.</summary>
    private static IEnumerable<Finding> Capped(IEnumerable<Finding> findings)
    {
        foreach (var alike in findings.GroupBy(f => (f.Pitfall.Id, f.Place.File?.Path)))
        {
            // Of variables there are no more than people set.
            if (alike.Key.Path is null)
            {
                foreach (var finding in alike)
                    yield return finding;
                continue;
            }
            var all = alike.OrderByDescending(f => f.Severity).ThenBy(f => f.Place.Line).ToList();
            // One alone is as short as the words that there is one more.
            var shown = all.Count <= MaxAlike + 1 ? all.Count : MaxAlike;
            foreach (var finding in all.Take(shown))
                yield return finding;
            if (all.Count > shown && all[shown] is var next)
            {
                yield return new(next.Pitfall, next.Place, new Fact("count", all.Count - shown))
                {
                    Instead = (MoreReason, MoreRemedy),
                    Severity = next.Severity,
                    Fix = all.Skip(shown).Select(f => f.Fix).FirstOrDefault(f => f is not null),
                };
            }
        }
    }

    private static bool IsMark(ReadOnlySpan<char> line, string id)
    {
        var at = line.IndexOf("tain:ignore ", StringComparison.Ordinal);
        if (at < 0)
            return false;
        foreach (var word in line[(at + "tain:ignore ".Length)..].ToString().Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word == id)
                return true;
        }
        return false;
    }
}
