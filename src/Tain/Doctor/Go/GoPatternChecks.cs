using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;
using Tain.GoModules;

namespace Tain.Doctor.Go;

/// <summary>What GOPRIVATE, GONOPROXY and GONOSUMDB cover: too much, nothing, or not what is private.</summary>
internal static class GoPatternChecks
{
    private static readonly string[] Names = ["GOPRIVATE", "GONOPROXY", "GONOSUMDB"];

    public static void RunPatterns(Scene scene, Workplace workplace)
    {
        foreach (var assignment in workplace.Assignments.Select(a => a.Known).Where(a => Names.Contains(a.Name) && !a.IsComputed))
        {
            foreach (var pattern in GoPatternList.Parse(assignment.Value))
            {
                var mended = GoPatternList.Mended(assignment.Value, []);
                var shown = Upstream.Secrets.OneLine(pattern.Text, 100);
                if (pattern.Problem is PatternProblem.MatchesNothing)
                {
                    scene.Add(new Finding(GoPitfalls.PrivateNoEffect, assignment.Place, new Fact("name", assignment.Name), new Fact("pattern", GoProxyChecks.Shown(shown)), new Fact("meant", GoProxyChecks.Shown(mended)))
                    {
                        Fix = mended.Length > 0 ? assignment.ChangeOrNull(mended) : null,
                        IsSelfEvident = true,
                    });
                }
                else if (pattern.Problem is PatternProblem.TooWide)
                {
                    var pitfall = assignment.Name == "GONOSUMDB" ? GoPitfalls.NoSumDbWideOpen : GoPitfalls.PrivateTooWide;
                    scene.Add(new Finding(pitfall, assignment.Place, new Fact("name", assignment.Name), new Fact("pattern", shown), new Fact("example", pattern.Example)));
                }
            }
        }
    }

    /// <param name="modules">Private modules of the repository's go.mod files, each with the place of one.</param>
    /// <param name="told">The variables that were told to be missing somewhere in this file: once is enough.</param>
    public static void RunUncovered(Scene scene, Workplace workplace, GoEnvironment settings, IReadOnlyList<(string Path, Place Place)> modules, HashSet<string> told)
    {
        if (modules.Count == 0 || workplace.Assignments.Any(a => a.IsComputed && (a.Name == "GOPROXY" || Names.Contains(a.Name))))
            return;
        var proxy = GoProxyList.Parse(workplace.LastOrNull("GOPROXY")?.Value is { Length: > 0 } list ? list : "https://proxy.golang.org,direct");
        var database = workplace.LastOrNull("GOSUMDB")?.Value.Split(' ', '+')[0] is { Length: > 0 } name ? name : "sum.golang.org";
        // A company's own mirror passes the database on, or should: then the name goes no further than there, and is refused there.
        var isCompanyAlone = proxy.HasCompany && !proxy.HasPublic;
        var receivesNames = isCompanyAlone ? $"{database} ({proxy.Asked.First(e => e.Kind is ProxyKind.Company).Host})" : database;
        // Where proxies are named as broken, that comes first.
        var byVariable = new Dictionary<string, (HashSet<string> Receivers, List<(string Path, Place Place)> Modules)>(StringComparer.Ordinal);
        Require("GONOPROXY", proxy.PublicHosts);
        if (database != "off")
            Require("GONOSUMDB", [receivesNames]);

        foreach (var (variable, (receivers, uncovered)) in byVariable)
        {
            var current = workplace.LastOrNull(variable);
            var meant = GoPatternList.Mended(current?.Value ?? "", uncovered.Select(m => PrivateModules.PatternFor(m.Path)).Order(StringComparer.Ordinal));
            var fix = current?.ChangeOrNull(meant)
                ?? (current is null && workplace.Kind is WorkplaceKind.Machine && settings.EnvFile is { } file ? Fixes.Edit.AddLine(file, $"{variable}={meant}") : null);
            var place = current?.Place ?? (workplace.File is null ? uncovered[0].Place : workplace.LastOrNull("GOPROXY")?.Place);
            if (place is null && !told.Add(variable))
                continue;
            place ??= workplace.At ?? workplace.File!.Whole;
            scene.Add(new Finding(GoPitfalls.PrivateUncovered, place,
                new("modules", List(uncovered.Select(m => m.Path).Distinct(StringComparer.Ordinal))),
                new Fact("name", variable),
                new Fact("value", current is null or { Value: "" } ? new Words("not set", "未设置") : new Words(current.Value, current.Value)),
                new Fact("receivers", string.Join(", ", receivers.Order(StringComparer.Ordinal))),
                new Fact("meant", meant))
            {
                Fix = fix,
                IsSelfEvident = uncovered.All(m => scene.Go!.Private.EvidenceFor(m.Path) is PrivateEvidence.Machine),
                Severity = (workplace.Kind is WorkplaceKind.Pipeline || workplace.MayInherit) && !workplace.Assignments.Any(a => a.Name is "GOPROXY" or "GOSUMDB" || Names.Contains(a.Name)) ? Severity.Note
                    : uncovered.Max(m => scene.Go!.Private.EvidenceFor(m.Path)) switch { PrivateEvidence.Hint => Severity.Note, PrivateEvidence.Account => Severity.Warning, _ => Severity.Error },
            });
        }

        // GOPRIVATE is what counts where the finer variable is not set (go help private).
        void Require(string finer, IEnumerable<string> receivers)
        {
            var told = receivers.ToList();
            // Behind a company's mirror GOPRIVATE would send the module past it.
            var variable = workplace.LastOrNull(finer) is { Value.Length: > 0 } || (isCompanyAlone && workplace.LastOrNull("GOPRIVATE") is null) ? finer : "GOPRIVATE";
            var patterns = workplace.LastOrNull(variable)?.Value is { } value ? GoPatternList.Parse(value).Where(p => p.Problem is not PatternProblem.MatchesNothing).Select(p => p.Text) : [];
            var covered = ModulePatterns.TryParse(string.Join(',', patterns), out var parsed, out _) ? parsed : ModulePatterns.None;
            var uncovered = modules.Where(m => !covered.Matches(m.Path)).ToList();
            if (told.Count == 0 || uncovered.Count == 0)
                return;
            if (!byVariable.TryGetValue(variable, out var entry))
                byVariable[variable] = entry = ([], uncovered);
            entry.Receivers.UnionWith(told);
        }
    }

    /// <summary>A list that stays short.</summary>
    private static string List(IEnumerable<string> names)
    {
        var all = names.ToList();
        return all.Count <= 3 ? string.Join(", ", all) : $"{string.Join(", ", all.Take(3))}, … (+{all.Count - 3})";
    }
}
