using System.Text;
using Tain.Ecosystems.Go.Direct;
using Tain.GoModules;
using Tain.Mirror;
using Tain.Storage;
using Tain.Upstream;

namespace Tain.Ecosystems.Go;

/// <summary>Go modules mapped onto documents and artifacts: lists, latest and .info change or are small; .mod and .zip never change.
/// Each is fetched by itself: asking for .info never waits for a zip.</summary>
internal sealed class GoMirror(Documents documents, Artifacts artifacts, Catalog catalog, UpstreamClient upstream, SourceHealth health, KnownFailures failures, DirectSource direct, GoRequests requests,
    GoRouting routing, GoOptions options, TimeProvider time)
{
    public const string Ecosystem = "go";

    public const string ModKind = "mod";
    public const string ZipKind = "zip";

    /// <summary>@v/list, @latest and .info.</summary>
    public Task<DocumentAnswer> GetDocumentAsync(GoAddress address, bool cachedOnly, CancellationToken ct)
    {
        var route = RouteOf(address);
        // With off, versions that are only known by name can't be had: what is stored is the whole truth.
        if (route.IsOff && !address.IsForever && Compute(address, KeyOf(address)) is { } computed)
            return Task.FromResult(new DocumentAnswer(computed, null, Served.Computed));
        return documents.GetAsync(RequestFor(address, route, cachedOnly), ct);
    }

    /// <summary>Asks anew for the module's list and latest, and forgets that versions which the list names now were absent.</summary>
    public async Task RefreshAsync(ModulePath module, CancellationToken ct)
    {
        var route = routing.For(module);
        await documents.RefreshAsync(RequestFor(new(module, GoResource.Latest, ""), route, cachedOnly: false), ct);
        var list = await documents.RefreshAsync(RequestFor(new(module, GoResource.List, ""), route, cachedOnly: false), ct);
        if (list.Document is not { } document)
            return;
        foreach (var version in GoContent.VersionsIn(module, document.Body))
        {
            foreach (var resource in new[] { GoResource.Info, GoResource.Mod, GoResource.Zip })
                failures.Forget(new GoAddress(module, resource, version.Version).Text);
        }
    }

    private GoRouteChoice RouteOf(GoAddress address)
    {
        var route = routing.For(address.Module);
        return HasSlash(address) ? route with { Chain = route.Chain.Where(link => link.Kind is LinkKind.Direct) } : route;
    }

    /// <summary>No proxy can be asked for such a branch (golang/go#32955).</summary>
    private static bool HasSlash(GoAddress address) => address.Version.Contains('/', StringComparison.Ordinal);

    private DocumentRequest RequestFor(GoAddress address, GoRouteChoice route, bool cachedOnly)
    {
        var key = KeyOf(address);
        return new DocumentRequest
        {
            Key = key,
            Address = address.Text,
            Ttl = TtlOf(address),
            StaleWhileRevalidate = options.StaleWhileRevalidate,
            StalePatience = options.StalePatience,
            AbsenceTtl = options.AbsenceTtl,
            NobodyToAsk = HasSlash(address) ? "only direct can be asked for a name with a slash, and its chain has none" : GoRouting.NobodyToAsk,
            CachedOnly = cachedOnly,
            KeepWhenGone = address.Resource is not GoResource.Info,
            Fetch = (stored, token) => FetchAsync(address, key, route, stored, token),
            Compute = () => Compute(address, key),
        };
    }

    /// <summary>.mod and .zip. The caller disposes the answer.</summary>
    public ValueTask<ArtifactAnswer> GetArtifactAsync(GoAddress address, bool cachedOnly, CancellationToken ct)
        => artifacts.GetAsync(requests.For(address, cachedOnly), ct);

    /// <summary>True when the bytes of an answer may be ones that nobody has vouched for yet (<c>go.sumdb-unavailable</c>).</summary>
    public bool MayBeUnproved(GoAddress address, ArtifactAnswer answer)
        => answer.Artifact is not { Proof.Length: > 0 } && requests.MayBeUnproved(address.Module);

    /// <summary>Fetches a document as for a client.</summary>
    public async Task<Failure?> FetchDocumentAsync(DocumentKey key, CancellationToken ct)
        => GoStored.AddressOrNull(key) is { } address
            ? (await GetDocumentAsync(address, cachedOnly: false, ct)).Failure
            : new(FailureKind.NotFound, "its key is none of this ecosystem's", []);

    /// <summary>How long an answer is fresh.</summary>
    public TimeSpan TtlOf(GoAddress address) => address.Resource switch
    {
        _ when address.IsForever => TimeSpan.MaxValue,
        GoResource.List => options.ListTtl,
        GoResource.Latest => options.LatestTtl,
        _ => options.QueryTtl,
    };

    public static DocumentKey KeyOf(GoAddress address) => new(Ecosystem, address.Module.Value, address.Resource switch
    {
        GoResource.List => "list",
        GoResource.Latest => "latest",
        _ => "info/" + address.Version,
    });

    private async Task<DocumentFetch> FetchAsync(GoAddress address, DocumentKey key, GoRouteChoice route, Document? stored, CancellationToken ct)
    {
        var list = address.Resource is GoResource.List;
        var attempts = new List<Attempt>();
        ChainResult<SmallAnswer> result;
        try
        {
            result = await ChainWalk.RunAsync<SmallAnswer>(route.Chain, options.Order, health, time, AskAsync, ct, attempts);
        }
        catch (OperationCanceledException) when (attempts.Count > 0)
        {
            return new(null, attempts);
        }
        if (result.Value is not { } given)
            return new(null, result.Attempts);
        var body = given.NotModified ? stored!.Body : given.Body!;
        // A 304 need not repeat the validator (RFC 9110, 15.4.5).
        var validator = given.NotModified ? given.Validator ?? new(stored!.ETag, stored.LastModified) : given.Validator;
        var document = new Document(key, body, validator?.ETag, validator?.LastModified, time.GetUtcNow(), result.Attempts[^1].Source);
        // The facts of a body that has not changed are known: a long list costs its look-ups once.
        var known = stored is not null && stored.Body.AsSpan().SequenceEqual(body);
        return new(document, result.Attempts) { Versions = known ? [] : VersionsIn(address, body) };

        async Task<(Attempt, SmallAnswer?)> AskAsync(ChainLink link, CancellationToken token)
        {
            if (link.Source is not { } source)
            {
                var (attempt, body) = await direct.GetDocumentAsync(address, route.Private, token);
                return (attempt, body is null ? null : new SmallAnswer(attempt, body, false, null, null));
            }
            var own = stored?.Source == source.Name && (stored.ETag ?? stored.LastModified) is not null ? new Validator(stored.ETag, stored.LastModified) : null;
            var answer = await upstream.GetSmallAsync(source, address.UpstreamPath, list ? GoContent.MaxList : GoContent.MaxInfo, own, token);
            if (answer.Attempt.Fault is not null)
                return (answer.Attempt, null);
            var illegal = answer.NotModified ? null : list ? GoContent.CheckList(answer.Body) : GoContent.CheckInfo(address, answer.Body);
            return illegal is null ? (answer.Attempt, answer) : (answer.Attempt with { Fault = FaultKind.Malformed, Said = illegal }, null);
        }
    }

    private static List<SeenVersion> VersionsIn(GoAddress address, byte[] body)
    {
        if (address.Resource is GoResource.List)
            return GoContent.VersionsIn(address.Module, body);
        return GoContent.TryReadInfo(body, out var version, out var published) is null ? [new(Ecosystem, address.Module.Value, version, published)] : [];
    }

    /// <summary>An answer made of what is stored: versions whose zip is here, or .mod where no zip is.</summary>
    private Document? Compute(GoAddress address, DocumentKey key)
    {
        if (address.Resource is GoResource.Info)
        {
            return address.IsCanonical && (IsStored(address, ZipKind) || IsStored(address, ModKind)) ? Made(key, InfoOf(address.Module, address.Version)) : null;
        }
        // go get asks for the .mod of versions that it then does not choose: whoever chose one of those would be stuck without its zip.
        var artifacts = catalog.ArtifactsOf(Ecosystem, address.Module.Value).Where(a => a.Condition is Condition.Sound).ToList();
        var zips = artifacts.Where(a => a.Key.Kind == ZipKind).ToList();
        var stored = (zips.Count > 0 ? zips : artifacts).Select(a => a.Key.Version).Distinct(StringComparer.Ordinal).ToList();
        if (stored.Count == 0)
            return null;
        if (address.Resource is GoResource.List)
        {
            // A list names no pseudo-versions (ref/mod, "GOPROXY protocol").
            var listed = stored.Where(v => !PseudoVersion.IsPseudo(v)).Order(Comparer<string>.Create(ModuleVersion.Compare));
            return Made(key, Encoding.UTF8.GetBytes(string.Concat(listed.Select(v => v + "\n"))));
        }
        // ref/mod, "@latest": the highest release, else the highest pre-release, else the newest pseudo-version.
        var latest = stored
            .OrderByDescending(v => PseudoVersion.IsPseudo(v) ? 0 : Semver.Prerelease(v).Length > 0 ? 1 : 2)
            .ThenByDescending(v => v, Comparer<string>.Create(Semver.Compare))
            .First();
        return Made(key, InfoOf(address.Module, latest));
    }

    private byte[] InfoOf(ModulePath module, string version)
    {
        if (documents.FindOrNull(new(Ecosystem, module.Value, "info/" + version)) is { } document)
            return document.Body;
        DateTimeOffset? published = PseudoVersion.TryGetTime(version, out var stamped, out _) ? stamped : catalog.FindVersionOrNull(Ecosystem, module.Value, version)?.Published;
        return published is { } t
            ? Encoding.UTF8.GetBytes($$"""{"Version":"{{version}}","Time":"{{t.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}}"}""")
            : Encoding.UTF8.GetBytes($$"""{"Version":"{{version}}"}""");
    }

    private bool IsStored(GoAddress address, string kind) => catalog.FindArtifactOrNull(new(Ecosystem, address.Module.Value, address.Version, kind)) is { Condition: Condition.Sound };

    private Document Made(DocumentKey key, byte[] body) => new(key, body, null, null, time.GetUtcNow(), "stored here");
}
