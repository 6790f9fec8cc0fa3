using Tain.GoModules;
using Tain.Upstream;

namespace Tain.Ecosystems.Go;

/// <param name="Chain">Who may be asked, in order.</param>
/// <param name="Private">Matched by <c>go.private</c>: shown in no list of names, sent to no public source.</param>
/// <param name="Rule">Which setting decided, for explanations.</param>
internal sealed record GoRouteChoice(SourceChain Chain, bool Private, string Rule)
{
    /// <summary>No source may be asked for anything: lists are made of what is stored.</summary>
    public bool IsOff => Chain.Links.All(l => l.Kind is LinkKind.Off);
}

/// <summary>Which sources a module comes from: the one place where a private name is kept from public ones (ARCHITECTURE, invariant 2).</summary>
internal sealed class GoRouting(GoOptions options)
{
    /// <summary>Only a private name can be left without any source.</summary>
    public const string NobodyToAsk = "no source may be asked: it is private (go.private), none of its sources is marked private (go.sources), and there is no direct";

    public bool IsPrivate(string path) => options.Private.Matches(path);

    /// <summary>Never asked of the checksum database: what is private is implied.</summary>
    public bool IsExempt(string path) => options.NoSumDb.Matches(path) || IsPrivate(path);

    public GoRouteChoice For(ModulePath module)
    {
        var route = options.Routes.FirstOrDefault(r => r.Patterns.Matches(module.Value));
        var chain = route?.Chain ?? options.Upstream;
        var rule = route is null ? "go.upstream" : $"go.routes: {route.PatternText}";
        if (!IsPrivate(module.Value))
            return new(chain, false, rule);
        // Links that are left out take no part, so a public source's fault can't end a private look-up.
        return new(chain.Where(l => l.Kind is not LinkKind.Proxy || l.Source!.Private), true, rule + ", private sources and direct only (go.private)");
    }
}
