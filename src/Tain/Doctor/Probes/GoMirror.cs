using Tain.Doctor.Files;
using Tain.Doctor.Go;
using Tain.Upstream;

namespace Tain.Doctor.Probes;

/// <summary>A module proxy that is configured somewhere.</summary>
/// <param name="Place">Where.</param>
/// <param name="Order">Its place in the list of this machine; -1 when only some file of the repository names it.</param>
internal sealed record GoMirror(UpstreamSource Source, bool IsPublic, Place Place, int Order, char Separator)
{
    /// <summary>Without credentials.</summary>
    public string Name => Source.Name;

    /// <summary>Those of this machine's list in its order, then those that the repository's files name.</summary>
    public static IReadOnlyList<GoMirror> Find(Scene scene, GoSettings settings)
    {
        var mirrors = new List<GoMirror>();
        var own = settings["GOPROXY"];
        Add(own?.Value is { Length: > 0 } list ? list : "https://proxy.golang.org,direct", own?.Place ?? Place.OfVariable("GOPROXY"), isOwn: true);
        foreach (var assignment in scene.Scopes.SelectMany(s => s.Of("GOPROXY")))
            Add(assignment.Value, assignment.Place, isOwn: false);
        return mirrors;

        void Add(string list, Place place, bool isOwn)
        {
            var order = 0;
            foreach (var element in GoProxyList.Parse(list).Asked.Where(e => e.Kind is ProxyKind.Public or ProxyKind.Company))
            {
                if (SourceChain.TryParse(element.Text, out var chain, out _) && chain.Links is [{ Source: { } source }] && !mirrors.Exists(m => m.Name == source.Name))
                    mirrors.Add(new(source, element.Kind is ProxyKind.Public, place, isOwn ? order++ : -1, element.Separator));
            }
        }
    }
}
