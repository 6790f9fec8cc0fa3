using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tain.Ecosystems.Go.Direct;
using Tain.Ecosystems.Go.SumDb;
using Tain.GoModules;
using Tain.Http;
using Tain.Mirror;
using Tain.Storage;
using Tain.Upstream;

namespace Tain.Ecosystems.Go;

/// <summary><c>GET /api/v1/explain/go/&lt;module&gt;@&lt;query&gt;</c>: the whole story of an answer. It asks as a client's request would, then tells
/// which rule decided, who said what and how long it took, and what is stored.</summary>
internal sealed class GoExplain(GoMirror mirror, DirectSource direct, SumDatabase? sumDb, GoRouting routing, Catalog catalog, SourceHealth health, Stories stories)
{
    /// <param name="subject">module@query, not escaped; without a query, latest.</param>
    public async Task HandleAsync(HttpContext context, string subject)
    {
        var at = subject.LastIndexOf('@');
        var name = at < 0 ? subject : subject[..at];
        var query = at < 0 ? "latest" : subject[(at + 1)..];
        if (!ModulePath.TryParse(name, out var module, out var error))
        {
            await GoErrors.WriteMalformedAsync(context, error);
            return;
        }
        GoAddress? address = new(module, GoResource.Latest, "");
        if (query is not "latest")
        {
            if (!ModuleVersion.TryEscape(query, out var escaped, out error) || !GoAddress.TryParse($"{module.Escaped}/@v/{escaped}.info", out address, out error))
            {
                await GoErrors.WriteMalformedAsync(context, error);
                return;
            }
        }
        var route = routing.For(module);
        var answer = await mirror.GetDocumentAsync(address, cachedOnly: false, context.RequestAborted);
        string? resolved = null;
        if (answer.Document is { } document && GoContent.TryReadInfo(document.Body, out var version, out _) is null)
            resolved = version;

        // What a proxy gave has no repository here, even when its .info names one.
        var isDirect = route.Chain.Links.Any(l => l.Kind is LinkKind.Direct) && answer.Document?.Source.StartsWith(DirectSource.Name, StringComparison.Ordinal) is not false;
        var root = isDirect ? await direct.FindOrNullAsync(module, route.Private, context.RequestAborted) : null;

        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("module", module.Value);
            json.WriteString("query", query);
            json.WriteBoolean("private", route.Private);
            json.WriteString("rule", route.Rule);
            json.WriteString("chain", route.Chain.ToString());
            json.WriteStartObject("answer");
            json.WriteString("for", address.Text);
            json.WriteNumber("status", answer.Document is null ? answer.Failure!.Status : 200);
            json.WriteString("served", Word(answer.Served));
            if (resolved is not null)
                json.WriteString("version", resolved);
            if (answer.Failure is { } failure)
                json.WriteString("reason", failure.Reason);
            json.WriteString("decided", Decided(answer, address));
            json.WriteEndObject();
            if (root is not null)
                WriteRepository(json, root, answer.Document);
            WriteStories(json, module, resolved ?? address.Version, address);
            WriteSources(json, route.Chain);
            WriteStored(json, module, resolved ?? address.Version, address.Version);
            json.WriteEndObject();
        }
        body.WriteByte((byte)'\n');
        await JsonBody.WriteAsync(context, body, "no-store");
    }

    private static string Decided(DocumentAnswer answer, GoAddress address) => answer.Served switch
    {
        Served.Hit => address.IsCanonical ? "stored: a version never changes, nobody was asked" : "stored and still fresh, nobody was asked",
        Served.KnownFailure when answer.Failure is { Attempts.Count: 0 } => "nobody may be asked for it",
        Served.KnownFailure => "every source said a short while ago that it does not exist (go.absence-ttl)",
        Served.Fetched or Served.FetchedNotStored or Served.Joined => "the first source that had it answered",
        Served.Stale => "stored, no longer fresh",
        Served.StaleWhileRevalidate => "stored and served at once while it is asked for again (go.stale-while-revalidate)",
        Served.StaleIfError => "stored and served because its source failed or no longer has it",
        Served.Computed => "made of the versions that are stored, because no source could be asked",
        _ => answer.Failure?.Kind is FailureKind.NotFound ? "every source that may be asked says that it does not exist" : "a source failed and nothing is stored: not an absence",
    };

    /// <summary>Where <c>direct</c> has it from, what led there, and the commit that the version is bound to.</summary>
    private static void WriteRepository(Utf8JsonWriter json, RepositoryRoot root, Document? document)
    {
        json.WriteStartObject("repository");
        json.WriteString("vcs", root.Vcs);
        json.WriteString("url", root.Origin);
        if (root.Url.Text != root.Origin)
            json.WriteString("askedAt", root.Url.Text);
        json.WriteString("root", root.Root);
        json.WriteString("foundBy", root.By);
        if (document is not null && GoInfo.TryRead(document.Body, out var info))
        {
            if (info.Directory.Length > 0)
                json.WriteString("directory", info.Directory);
            json.WriteString("commit", info.Commit);
            if (info.Ref is not null)
                json.WriteString("ref", info.Ref);
        }
        json.WriteEndObject();
    }

    /// <summary>When sources were last asked for each page of this version.</summary>
    private void WriteStories(Utf8JsonWriter json, ModulePath module, string version, GoAddress asked)
    {
        string[] addresses = [asked.Text, .. sumDb is null ? [] : new[] { sumDb.StoryOf(module, version) }, $"{module}/@v/list", $"{module}/@latest", $"{module}/@v/{version}.info", $"{module}/@v/{version}.mod", $"{module}/@v/{version}.zip"];
        json.WriteStartArray("asked");
        foreach (var story in addresses.Distinct(StringComparer.Ordinal).Select(stories.FindOrNull).OfType<Story>())
        {
            json.WriteStartObject();
            json.WriteString("for", story.Address);
            json.WriteString("at", Time(story.At));
            json.WriteNumber("ms", Milliseconds(story.Elapsed));
            json.WriteString("outcome", story.Outcome);
            json.WriteStartArray("sources");
            foreach (var attempt in story.Attempts)
            {
                json.WriteStartObject();
                json.WriteString("source", attempt.Source);
                if (attempt.Status is { } status)
                    json.WriteNumber("status", status);
                if (attempt.Fault is { } fault)
                    json.WriteString("fault", Word(fault));
                json.WriteString("said", attempt.Said);
                json.WriteNumber("ms", Milliseconds(attempt.Elapsed));
                json.WriteNumber("tries", attempt.Tries);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteSources(Utf8JsonWriter json, SourceChain chain)
    {
        var states = health.States().ToDictionary(s => s.Name, StringComparer.Ordinal);
        json.WriteStartArray("sources");
        foreach (var link in chain.Links)
        {
            json.WriteStartObject();
            json.WriteString("name", link.Source?.Name ?? Word(link.Kind));
            if (link.Source is { } source)
            {
                json.WriteBoolean("private", source.Private);
                if (states.TryGetValue(source.Name, out var state))
                {
                    if (state.Latency is { } latency)
                        json.WriteNumber("latencyMs", Milliseconds(latency));
                    json.WriteNumber("faultsInARow", state.FaultsInARow);
                    if (state.DownUntil is { } until)
                        json.WriteString("downUntil", Time(until));
                    if (state.LastFault is { } fault)
                        json.WriteString("lastFault", fault);
                }
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteStored(Utf8JsonWriter json, ModulePath module, string version, string query)
    {
        json.WriteStartObject("stored");
        json.WriteNumber("knownVersions", catalog.VersionsOf(GoMirror.Ecosystem, module.Value).Count);
        if (version.Length > 0 && catalog.FindVersionOrNull(GoMirror.Ecosystem, module.Value, version) is { } fact)
        {
            json.WriteStartObject("version");
            json.WriteString("version", fact.Version);
            json.WriteString("firstSeen", Time(fact.FirstSeen));
            if (fact.Published is { } published)
                json.WriteString("published", Time(published));
            json.WriteString("state", Word(fact.State));
            json.WriteEndObject();
        }
        json.WriteStartArray("artifacts");
        foreach (var artifact in catalog.ArtifactsOf(GoMirror.Ecosystem, module.Value).Where(a => a.Key.Version == version))
        {
            json.WriteStartObject();
            json.WriteString("kind", artifact.Key.Kind);
            json.WriteString("identity", artifact.Identity);
            json.WriteString("sha256", artifact.Blob.Hex);
            json.WriteNumber("size", artifact.Size);
            json.WriteString("storedAt", Time(artifact.StoredAt));
            json.WriteString("source", artifact.Source);
            json.WriteString("proof", Proof(artifact));
            if (artifact.Condition is not Condition.Sound)
            {
                json.WriteString("condition", Word(artifact.Condition));
                json.WriteString("why", artifact.Why);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("documents");
        foreach (var kind in new[] { "list", "latest", "info/" + query, "info/" + version }.Distinct(StringComparer.Ordinal))
        {
            if (catalog.FindDocumentOrNull(new(GoMirror.Ecosystem, module.Value, kind)) is not { } document)
                continue;
            json.WriteStartObject();
            json.WriteString("kind", kind);
            json.WriteString("confirmedAt", Time(document.FetchedAt));
            json.WriteString("source", document.Source);
            json.WriteNumber("size", document.Body.Length);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("alarms");
        foreach (var alarm in catalog.AlarmsOf(GoMirror.Ecosystem, module.Value).Where(a => a.Key.Version == version))
            GoAlarms.Write(json, alarm);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private string Proof(Artifact artifact) => artifact.Proof.Length > 0 ? $"{artifact.Proof} says the same"
        : sumDb is null ? "none: go.sumdb is off"
        : routing.IsExempt(artifact.Key.Name) ? $"none: {(routing.IsPrivate(artifact.Key.Name) ? "go.private" : "go.no-sumdb")} matches it; first use is taken as it is"
        : $"not yet: {sumDb.Name} will be asked";

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString(GoIndex.TimeFormat, CultureInfo.InvariantCulture);

    private static double Milliseconds(TimeSpan span) => Math.Round(span.TotalMilliseconds, 1);

    /// <summary>Enum names as JSON words: StaleIfError becomes stale-if-error.</summary>
    private static string Word<T>(T value) where T : struct, Enum
        => string.Concat(value.ToString().Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLower(c, CultureInfo.InvariantCulture) : c.ToString()));
}
