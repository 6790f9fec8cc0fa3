using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;
using Tain.GoModules;

namespace Tain.Doctor.Go;

/// <summary>What GOPRIVATE, GONOPROXY and GONOSUMDB cover: too much, nothing, or not what is private.</summary>
internal static class GoPatternChecks
{
    private static readonly string[] Names = ["GOPRIVATE", "GONOPROXY", "GONOSUMDB"];
    private static readonly Words NoPath = new("no module path can match", "不可能匹配任何模块路径");
    private static readonly Words NoModule = new("matches no module here, though without .git it would", "匹配不到这里的任何模块，去掉 .git 才能匹配");
    private static readonly Words OwnPrefixes = new("the beginnings of your own module paths, such as github.com/acme", "自己模块路径的前缀，例如 github.com/acme");

    private static readonly Words NotSet = new("not set", "未设置");
    private static readonly Words NotSetOnMachine = new("not set on this machine", "本机未设置");

    /// <summary>Characters of a list that is told as a command.</summary>
    private const int MaxCommand = 300;

    public static void RunPatterns(Scene scene, Workplace workplace)
    {
        var modules = scene.Go.Modules.SelectMany(m => m.Requirements.Select(r => r.Path).Append(m.Content.ModulePath ?? "")).ToHashSet(StringComparer.Ordinal);
        foreach (var assignment in workplace.Assignments.Select(a => a.Known).Where(a => Names.Contains(a.Name) && !a.IsComputed))
        {
            var mended = GoPatternList.Mended(assignment.Value, []);
            var shown = GoProxyChecks.Shown(mended);
            foreach (var pattern in GoPatternList.Parse(assignment.Value))
            {
                if (pattern.Problem is PatternProblem.MatchesNothing)
                    AddNoEffect(scene, assignment, pattern, NoPath, pattern.Example.Length > 0 || pattern.IsVoid ? mended : "", shown);
                else if (pattern.Problem is PatternProblem.TooWide)
                {
                    var pitfall = assignment.Name == "GONOSUMDB" ? GoPitfalls.NoSumDbWideOpen : GoPitfalls.PrivateTooWide;
                    scene.Add(new Finding(pitfall, assignment.Place, new Fact("name", assignment.Name), new Fact("pattern", GoProxyChecks.Shown(pattern.Text)), new Fact("example", pattern.Example)));
                }
                else if (GoPatternList.WithoutGitOrNull(assignment.Value, pattern, modules) is { } both)
                    AddNoEffect(scene, assignment, pattern, NoModule, both, GoProxyChecks.Shown(both));
            }
        }
    }

    /// <param name="meant">The whole list as it was meant; empty when nobody can tell.</param>
    /// <param name="shown">The same as people may see it.</param>
    private static void AddNoEffect(Scene scene, Assignment assignment, GoPattern pattern, Words why, string meant, string shown)
    {
        var isOff = pattern.Text.Trim() == "off";
        scene.Add(new Finding(GoPitfalls.PrivateNoEffect, assignment.Place, new("name", assignment.Name), new Fact("pattern", GoProxyChecks.Shown(Visible(pattern.Text))), new Fact("why", why),
            new Fact("write", meant.Length > 0 ? new($"{assignment.Name}={shown}", $"{assignment.Name}={shown}") : isOff ? new($"{assignment.Name}=none", $"{assignment.Name}=none") : OwnPrefixes))
        {
            Fix = meant.Length > 0 ? assignment.ChangeOrNull(meant) : null,
            IsSelfEvident = true,
            // It does what its author wanted: nothing.
            Severity = isOff ? Severity.Note : GoPitfalls.PrivateNoEffect.Severity,
        });
    }

    /// <summary>With the ends of lines that are a part of it.</summary>
    private static string Visible(string text) => text.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);

    /// <param name="modules">Private modules of the repository's go.mod files, each with the place of one.</param>
    /// <param name="told">The variables that were told to be missing somewhere in this file: once is enough.</param>
    public static void RunUncovered(Scene scene, Workplace workplace, GoEnvironment settings, IReadOnlyList<(string Path, Place Place)> modules, HashSet<string> told)
    {
        // Of a line that the go command does not read, nobody knows yet what it will cover.
        if (modules.Count == 0 || (workplace.Kind is WorkplaceKind.Machine && settings.BrokenLines.Count > 0) || workplace.Assignments.Any(a => a.IsComputed && (a.Name == "GOPROXY" || Names.Contains(a.Name))))
            return;
        var proxy = workplace.LastOrNull("GOPROXY") is { Value.Length: > 0 } list ? GoProxyList.Of(list) : GoProxyList.Parse("https://proxy.golang.org,direct");
        var database = workplace.LastOrNull("GOSUMDB")?.Value.Split(' ', '+')[0] is { Length: > 0 } name ? name : "sum.golang.org";
        // A company's own mirror passes the database on, or should: then the name goes no further than there, and is refused there.
        var isCompanyAlone = proxy.HasCompany && !proxy.HasPublic;
        var mirror = isCompanyAlone ? proxy.Asked.First(e => e.Kind is ProxyKind.Company).Host : "";
        var receivesNames = isCompanyAlone ? new Words($"{database} by way of {mirror}", $"{database}（经由 {mirror}）") : new Words(database, database);
        // Where proxies are named as broken, that comes first.
        var byVariable = new Dictionary<string, (HashSet<Words> Receivers, List<(string Path, Place Place)> Modules)>(StringComparer.Ordinal);
        Require("GONOPROXY", proxy.PublicHosts.Select(h => new Words(h, h)));
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
                new Fact("value", current is { Value.Length: > 0 } ? new Words(GoProxyChecks.Shown(current.Value), GoProxyChecks.Shown(current.Value)) : workplace.Kind is WorkplaceKind.Machine ? NotSetOnMachine : NotSet),
                new Fact("receivers", new Words(string.Join(", ", receivers.Select(r => r.English).Order(StringComparer.Ordinal)), string.Join("、", receivers.Select(r => r.Chinese).Order(StringComparer.Ordinal)))),
                new Fact("write", ToWrite(workplace, settings, variable, current, meant)))
            {
                Fix = fix,
                IsSelfEvident = uncovered.All(m => scene.Go.Private.EvidenceFor(m.Path) is PrivateEvidence.Machine),
                Severity = (workplace.Kind is WorkplaceKind.Pipeline || workplace.MayInherit) && !workplace.Assignments.Any(a => a.Name is "GOPROXY" or "GOSUMDB" || Names.Contains(a.Name)) ? Severity.Note
                    : uncovered.Max(m => scene.Go.Private.EvidenceFor(m.Path)) switch { PrivateEvidence.Hint => Severity.Note, PrivateEvidence.Account => Severity.Warning, _ => Severity.Error },
            });
        }

        // GOPRIVATE is what counts where the finer variable is not set (go help private).
        void Require(string finer, IEnumerable<Words> receivers)
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

    /// <summary>What can be pasted: on the machine <c>go env -w</c>, unless a variable of the environment would hide what it writes.</summary>
    private static Words ToWrite(Workplace workplace, GoEnvironment settings, string variable, Assignment? current, string meant)
    {
        var setting = $"{variable}={GoProxyChecks.Shown(meant)}";
        var isOfEnvFile = settings.EnvFile is { } file && (current is null || current.Place.File?.Path == file.Path);
        // Between quotes only what can't end them, and what is shown whole.
        return workplace.Kind is WorkplaceKind.Machine && isOfEnvFile && meant.Length < MaxCommand && !setting.Contains('\'', StringComparison.Ordinal)
            ? new($"On this machine: go env -w '{setting}'", $"在本机执行：go env -w '{setting}'")
            : new($"Set {setting}", $"设置 {setting}");
    }

    /// <summary>A list that stays short.</summary>
    private static string List(IEnumerable<string> names)
    {
        var all = names.ToList();
        return all.Count <= 3 ? string.Join(", ", all) : $"{string.Join(", ", all.Take(3))}, … (+{all.Count - 3})";
    }
}
