using Tain.Ecosystems.Go.SumDb;
using Tain.GoModules;
using Tain.Http;
using Tain.Mirror;
using Tain.Storage;

namespace Tain.Ecosystems.Go;

/// <summary>The GOPROXY protocol under <c>/go/</c>: address in, answer out.</summary>
internal sealed class GoEndpoints(GoMirror mirror, GoIndex index, SumDbEndpoints sumDb, GoRouting routing, TimeProvider time)
{
    /// <summary>What never changes may be kept for a year (the most that RFC 2616 14.21 gave a meaning), by anyone; private names by the client only (ARCHITECTURE, invariant 7).</summary>
    private const string ForeverPublic = "public, max-age=31536000, immutable";
    private const string ForeverPrivate = "private, max-age=31536000, immutable";

    private const string InfoType = "application/json";
    private const string TextType = "text/plain; charset=utf-8";
    private const string ZipType = "application/zip";

    /// <param name="target">Its path begins with <c>/go/</c>.</param>
    public async Task HandleAsync(HttpContext context, RawTarget target)
    {
        var path = target.Path["/go/".Length..];
        var cachedOnly = IsTrue(context.Request.Headers["Disable-Module-Fetch"]);
        if (path.StartsWith("cached-only/", StringComparison.Ordinal))
        {
            path = path["cached-only/".Length..];
            cachedOnly = true;
        }
        if (path == "index")
        {
            await index.HandleAsync(context, target);
            return;
        }
        if (path.StartsWith("sumdb/", StringComparison.Ordinal))
        {
            await sumDb.HandleAsync(context, path["sumdb/".Length..]);
            return;
        }
        if (!GoAddress.TryParse(path, out var address, out var error))
        {
            await GoErrors.WriteMalformedAsync(context, error);
            return;
        }
        if (address.Resource is GoResource.Mod or GoResource.Zip)
            await SendArtifactAsync(context, address, cachedOnly);
        else
            await SendDocumentAsync(context, address, cachedOnly);
    }

    private async Task SendArtifactAsync(HttpContext context, GoAddress address, bool cachedOnly)
    {
        using var answer = await mirror.GetArtifactAsync(address, cachedOnly, context.RequestAborted);
        var failure = await Delivery.SendAsync(context, answer, address.Resource is GoResource.Zip ? ZipType : TextType,
            // What may yet be refuted must not live on in a cache that never asks again.
            mirror.MayBeUnproved(address, answer) ? "no-store" : Forever(address.Module));
        if (failure is not null)
            await FailAsync(context, address, failure, answer.Served is Served.KnownFailure ? Served.KnownFailure : Served.Failed);
    }

    private async Task SendDocumentAsync(HttpContext context, GoAddress address, bool cachedOnly)
    {
        var answer = await mirror.GetDocumentAsync(address, cachedOnly, context.RequestAborted);
        if (answer.Document is not { } document)
        {
            await FailAsync(context, address, answer.Failure!, answer.Served);
            return;
        }
        var canonical = address.IsForever && answer.Served is not Served.Computed;
        await Delivery.SendAsync(context, document, address.Resource is GoResource.List ? TextType : InfoType,
            canonical ? Forever(address.Module) : Briefly(address, document, answer.Served), answer.Served.ToCacheStatus());
    }

    private static Task FailAsync(HttpContext context, GoAddress address, Failure failure, Served served)
    {
        served.ToCacheStatus().Apply(context.Response);
        return GoErrors.WriteAsync(context, address, failure);
    }

    private string Forever(ModulePath module) => routing.IsPrivate(module.Value) ? ForeverPrivate : ForeverPublic;

    /// <summary>A cache in front may keep it as long as it is fresh here, not longer; what was made for want of an answer, not at all.</summary>
    private string Briefly(GoAddress address, Document document, Served served)
    {
        var left = served is Served.Computed ? TimeSpan.Zero : mirror.TtlOf(address) - (time.GetUtcNow() - document.FetchedAt).Duration();
        return $"{(routing.IsPrivate(address.Module.Value) ? "private" : "public")}, max-age={Math.Max(0, (long)left.TotalSeconds)}";
    }

    private static bool IsTrue(string? header) => string.Equals(header, "true", StringComparison.OrdinalIgnoreCase);
}
