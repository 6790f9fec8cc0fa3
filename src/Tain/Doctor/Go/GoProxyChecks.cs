using Tain.Doctor.Workplaces;
using Tain.Upstream;

namespace Tain.Doctor.Go;

/// <summary>What is wrong with a GOPROXY list by itself.</summary>
internal static class GoProxyChecks
{
    /// <param name="leader">The company's own list, as some place has it; null when none does.</param>
    public static void Run(Scene scene, Workplace workplace, PlacedProxyList? leader)
    {
        foreach (var assignment in workplace.Of("GOPROXY").Select(a => a.Known).Where(a => a.Value.Length > 0 && !Expression.IsCall(a.Value)))
            Check(scene, assignment, leader);
    }

    private static void Check(Scene scene, Assignment assignment, PlacedProxyList? leader)
    {
        var list = GoProxyList.Of(assignment);
        // Where the company's mirror is known, a better list of public ones is no remedy; whose list counts here, a person decides.
        var isAstray = leader is not null && !assignment.IsComputed && GoesAstray(list);
        var mended = isAstray ? leader!.List.Mended() : list.Mended();
        var shown = Shown(assignment.Value);
        var fix = isAstray ? null : assignment.ChangeOrNull(mended);
        var asked = list.Asked.ToList();

        // A list whose words or separators are wrong means nothing yet: what it would mean is said when it is put right.
        if (list.MisusedSeparator is { } separator)
        {
            Report(scene, GoPitfalls.ProxySeparator, assignment, fix, [new("value", shown), new("meant", Shown(mended)), new("separator", separator == " " ? new Words("a space", "空格") : new Words($"\"{separator}\"", $"“{separator}”"))]);
            return;
        }
        if (list.Elements.Count == 0 || list.Elements.Any(e => e.Problem is not null))
        {
            Report(scene, GoPitfalls.ProxyInvalid, assignment, null, [new("value", shown), new("why", list.Elements.Select(e => e.Problem).FirstOrDefault(p => p is not null) ?? new("it has no entry", "其中没有任何条目"))]);
            return;
        }
        if (list.Elements.FirstOrDefault(e => e.Kind is ProxyKind.WordAsUrl) is { } word)
        {
            Add(GoPitfalls.ProxyWordAsUrl, ("word", word.Text), ("host", word.Host));
            return;
        }

        var ending = asked.Count > 0 && asked[^1].Kind is ProxyKind.Direct or ProxyKind.Off ? asked[^1] : null;
        if (ending is not null && asked.Count < list.Elements.Count)
            Add(GoPitfalls.ProxyNeverAsked, ("word", ending.Text), ("ignored", string.Join(", ", list.Elements.Skip(asked.Count).Select(e => Shown(e.Text)))));
        foreach (var retired in asked.Where(e => KnownProxies.IsRetired(e.Host)))
            Add(GoPitfalls.ProxyRetired, ("host", retired.Host));
        foreach (var plain in asked.Where(e => e is { Url.Scheme: "http", IsHere: false }))
            Report(scene, GoPitfalls.ProxyPlainHttp, assignment, null, [new("value", shown), new("host", plain.Host)]);
        if (list.HasComputed)
            return;
        // A proxy on this very machine is somebody's trial, or has its own way to the company's.
        var company = asked.FindIndex(e => e is { Kind: ProxyKind.Company, IsHere: false });
        if (company < 0)
        {
            if (ending is null && !isAstray && asked.Exists(e => e.Kind is ProxyKind.Public))
                Add(GoPitfalls.ProxyNoDirect, ("host", string.Join(", ", list.PublicHosts)));
            return;
        }
        var outside = asked.FindIndex(company + 1, e => e.Kind is ProxyKind.Direct or ProxyKind.Public);
        if (outside < 0)
            return;
        // A | between the company's own mirrors is how one stands in for the other.
        var bypass = string.Join(", ", asked.Skip(outside).Select(e => e.Kind is ProxyKind.Direct ? "direct" : e.Host));
        // A host that nobody here has another sign of may be a public one that we don't know: a person decides.
        if (!scene.Go.Private.IsOwnDomain(asked[company].Host))
            fix = null;
        Add(asked[outside - 1].Separator == '|' ? GoPitfalls.ProxyPipe : GoPitfalls.ProxyBypass, ("host", asked[outside - 1].Host), ("bypass", bypass));

        void Add(Pitfall pitfall, params ReadOnlySpan<(string Name, string Value)> facts)
        {
            var all = new List<Fact> { new("value", shown), new("meant", Shown(mended)) };
            foreach (var (name, value) in facts)
                all.Add(new(name, value));
            Report(scene, pitfall, assignment, fix, all);
        }
    }

    /// <summary>The first list that begins with a mirror of the company's, without a login of its own.</summary>
    public static PlacedProxyList? LeaderOrNull(IEnumerable<Workplace> workplaces)
        => Lists(workplaces).FirstOrDefault(l => l.List.Asked.FirstOrDefault() is { Kind: ProxyKind.Company, IsHere: false, Url.UserInfo: "" });

    /// <summary>Places that ask public proxies or nobody, while another one has the company's mirror.</summary>
    public static void RunDifferences(Scene scene, IEnumerable<Workplace> workplaces, PlacedProxyList? leader)
    {
        if (leader is null)
            return;
        foreach (var (assignment, _) in Lists(workplaces).Where(l => GoesAstray(l.List)))
        {
            scene.Add(new Finding(GoPitfalls.ProxyDiffers, assignment.Place, new("name", assignment.Name), new Fact("value", Shown(assignment.Value)), new Fact("where", leader.Assignment.Place.ToString()),
                new Fact("mirror", leader.List.Asked.First().Host), new Fact("meant", Shown(leader.List.Mended()))));
        }
    }

    private static IEnumerable<PlacedProxyList> Lists(IEnumerable<Workplace> workplaces)
        => workplaces.SelectMany(s => s.Of("GOPROXY")).Where(a => a.Value.Length > 0 && !a.IsComputed).Select(a => new PlacedProxyList(a, GoProxyList.Of(a)));

    /// <summary>Public proxies or nobody first. off is a choice: what is vendored needs nobody.</summary>
    private static bool GoesAstray(GoProxyList list) => list.Asked.FirstOrDefault()?.Kind is ProxyKind.Direct || (list.Asked.FirstOrDefault()?.Kind is ProxyKind.Public && !list.HasCompany);

    private static void Report(Scene scene, Pitfall pitfall, Assignment assignment, Fixes.Edit? fix, IEnumerable<Fact> facts)
        => scene.Add(new Finding(pitfall, assignment.Place, [new("name", assignment.Name), .. facts]) { Fix = fix, IsSelfEvident = true });

    /// <summary>A list of URLs as people may see it.</summary>
    public static string Shown(string list) => Secrets.OneLine(Config.ConfigText.Mask(Credentials.MaskValue(list)), 300);
}

/// <summary>A place's GOPROXY, and what it says.</summary>
internal sealed record PlacedProxyList(Assignment Assignment, GoProxyList List);
