using Tain.Doctor.Files;
using Tain.Doctor.Go;
using Tain.Upstream;

namespace Tain.Doctor.Probes;

/// <summary>A module proxy that is configured somewhere.</summary>
/// <param name="Place">Where.</param>
/// <param name="Order">Its place in the list of this machine; -1 when only some file of the repository names it.</param>
internal sealed record ProbedProxy(UpstreamSource Source, bool IsPublic, Place Place, int Order, char Separator)
{
    /// <summary>Without credentials.</summary>
    public string Name => Source.Name;

    /// <summary>Whether it may be asked for the repository's own requirements: one that only a file of the repository names, or that this
    /// machine would reach behind a company's mirror alone, learns no name from us.</summary>
    public bool MayBeAsked { get; init; }

    /// <summary>Nobody named it: GOPROXY is not set, and the go command has this one by default.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Those of this machine's list in its order, then those that the repository's files name.</summary>
    /// <param name="unusable">Gets what can't be asked at all, and why.</param>
    public static IReadOnlyList<ProbedProxy> Find(Scene scene, GoEnvironment settings, List<(Place Place, string Shown, string Why)> unusable)
    {
        var mirrors = new List<ProbedProxy>();
        var own = settings["GOPROXY"];
        // The go command's own default matters where there is something of Go.
        if (own is not null || scene.Go.Modules.Count > 0)
            Add(own is { Value.Length: > 0 } ? GoProxyList.Of(own) : GoProxyList.Parse("https://proxy.golang.org,direct"), own?.Place ?? Place.OfVariable("GOPROXY"), isOwn: true);
        foreach (var assignment in scene.Workplaces.SelectMany(s => s.Of("GOPROXY")))
            Add(GoProxyList.Of(assignment.Known), assignment.Place, isOwn: false);
        return mirrors;

        void Add(GoProxyList list, Place place, bool isOwn)
        {
            // What is beside a container is elsewhere for this machine.
            var order = 0;
            var isBehindCompany = false;
            foreach (var element in list.Asked.Where(e => e.Kind is ProxyKind.Public or ProxyKind.Company && !KnownProxies.IsRetired(e.Host) && (isOwn || !e.IsHere || e.Url is { IsLoopback: true })))
            {
                var isPublic = element.Kind is ProxyKind.Public;
                if (!SourceChain.TryParse(element.Text, out var chain, out var error) || chain.Links is not [{ Source: { } source }])
                    unusable.Add((place, GoProxyChecks.Shown(element.Text), error ?? "is no URL"));
                else if (!mirrors.Exists(m => m.Name == source.Name))
                    mirrors.Add(new(isOwn ? source : source with { UserInfo = null }, isPublic, place, isOwn ? order++ : -1, element.Separator) { MayBeAsked = isOwn && !(isPublic && isBehindCompany), IsDefault = isOwn && own is not { Value.Length: > 0 } });
                isBehindCompany |= !isPublic;
            }
        }
    }
}
