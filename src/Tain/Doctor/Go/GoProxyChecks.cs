using Tain.Doctor.Scopes;
using Tain.Upstream;

namespace Tain.Doctor.Go;

/// <summary>What is wrong with a GOPROXY list by itself.</summary>
internal static class GoProxyChecks
{
    public static void Run(Scene scene, Scope scope)
    {
        foreach (var assignment in scope.Of("GOPROXY").Where(a => a.Value.Length > 0))
            Check(scene, assignment);
    }

    private static void Check(Scene scene, Assignment assignment)
    {
        var list = GoProxyList.Parse(assignment.Value);
        var mended = list.Mended();
        var fix = assignment.ChangeOrNull(mended);
        var asked = list.Asked.ToList();

        // A list whose words or separators are wrong means nothing yet: what it would mean is said when it is put right.
        if (list.MisusedSeparator is { } separator)
        {
            Add(GoPitfalls.ProxySeparator, ("separator", separator));
            return;
        }
        if (list.Elements.FirstOrDefault(e => e.Kind is ProxyKind.Broken) is { } broken)
        {
            Add(GoPitfalls.ProxyInvalid, ("entry", Shown(broken.Text)));
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
        foreach (var plain in asked.Where(e => e.Url is { Scheme: "http", IsLoopback: false }))
            Report(scene, GoPitfalls.ProxyPlainHttp, assignment, null, [new("value", Shown(assignment.Value)), new("host", plain.Host)]);
        if (list.HasComputed)
            return;
        var company = asked.FindIndex(e => e.Kind is ProxyKind.Company);
        if (company < 0)
        {
            if (ending is null && asked.Exists(e => e.Kind is ProxyKind.Public))
                Add(GoPitfalls.ProxyNoDirect, ("host", string.Join(", ", list.PublicHosts)));
            return;
        }
        var outside = asked.FindIndex(company + 1, e => e.Kind is ProxyKind.Direct or ProxyKind.Public);
        if (outside < 0)
            return;
        // A | between the company's own mirrors is how one stands in for the other.
        var bypass = string.Join(", ", asked.Skip(outside).Select(e => e.Kind is ProxyKind.Direct ? "direct" : e.Host));
        Add(asked[outside - 1].Separator == '|' ? GoPitfalls.ProxyPipe : GoPitfalls.ProxyBypass, ("host", asked[outside - 1].Host), ("bypass", bypass));

        void Add(Pitfall pitfall, params ReadOnlySpan<(string Name, string Value)> facts)
        {
            var all = new List<Fact> { new("value", Shown(assignment.Value)), new("meant", Shown(mended)) };
            foreach (var (name, value) in facts)
                all.Add(new(name, value));
            Report(scene, pitfall, assignment, fix, all);
        }
    }

    private static void Report(Scene scene, Pitfall pitfall, Assignment assignment, Fixes.Edit? fix, IEnumerable<Fact> facts)
        => scene.Add(new Finding(pitfall, assignment.Place, [new("name", assignment.Name), .. facts]) { Fix = fix });

    /// <summary>A list of URLs as people may see it.</summary>
    public static string Shown(string list) => Secrets.OneLine(Config.ConfigText.Mask(list), 300);
}
