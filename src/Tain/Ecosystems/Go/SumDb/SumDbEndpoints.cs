using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Tain.GoModules;
using Tain.Http;
using Tain.Mirror;
using Tain.Storage;
using Tain.TransparencyLog;

namespace Tain.Ecosystems.Go.SumDb;

/// <summary>The checksum database through this server, <c>/go/sumdb/NAME/…</c> (ref/mod, "Checksum database"): a client that finds it here never goes there itself.
/// Everything served is proved before, in the one history that this server has seen.</summary>
internal sealed class SumDbEndpoints(SumDatabase? database, GoRouting routing, GoOptions options, TimeProvider time)
{
    private const string TextType = "text/plain; charset=utf-8";
    private const string BinaryType = "application/octet-stream";

    /// <summary>A tile never changes; a record neither, but the head beside it is older each day.</summary>
    private const string Forever = "public, max-age=31536000, immutable";
    private const string Lookup = "public, max-age=3600";

    /// <param name="path">What follows <c>/go/sumdb/</c>.</param>
    public async Task HandleAsync(HttpContext context, string path)
    {
        if (database is null)
        {
            // docs/go-protocol.md, 5: 404 tells the client to ask the database itself.
            await GoErrors.WriteMalformedAsync(context, "this server does not proxy checksum databases (go.sumdb is off)");
            return;
        }
        if (!path.StartsWith(database.Name + "/", StringComparison.Ordinal))
        {
            await GoErrors.WriteMalformedAsync(context, $"this server proxies the checksum database {database.Name} only (go.sumdb): GOSUMDB of the client names another");
            return;
        }
        var page = path[(database.Name.Length + 1)..];
        if (page == "supported")
            await ErrorBody.WriteAsync(context, StatusCodes.Status200OK, "");
        else if (page == "latest")
            await LatestAsync(context, database);
        else if (page.StartsWith("lookup/", StringComparison.Ordinal))
            await LookupAsync(context, database, page["lookup/".Length..]);
        else if (page.StartsWith("tile/", StringComparison.Ordinal))
            await TileAsync(context, database, page);
        else
            await GoErrors.WriteMalformedAsync(context, "no such page: a checksum database has /supported, /latest, /lookup/<module>@<version> and /tile/…");
    }

    private async Task LatestAsync(HttpContext context, SumDatabase sumDb)
    {
        var (head, failure, served) = await sumDb.LatestAsync(context.RequestAborted);
        if (head is null)
            await FailAsync(context, "latest", failure!);
        else
            await SendAsync(context, "latest", head.Note.ToArray(), TextType, $"public, max-age={(long)options.LatestTtl.TotalSeconds}", served);
    }

    private async Task LookupAsync(HttpContext context, SumDatabase sumDb, string escaped)
    {
        if (!TryParse(escaped, out var module, out var version, out var error))
        {
            // Not 404: that would say that the database does not know it.
            await ErrorBody.WriteAsync(context, StatusCodes.Status400BadRequest, ErrorBody.Format("bad request: " + error, []), "no-store");
            return;
        }
        if (routing.IsExempt(module.Value))
        {
            var rule = routing.IsPrivate(module.Value) ? "go.private" : "go.no-sumdb";
            await FailAsync(context, $"{module}@{version}", new(FailureKind.Refused,
                $"{rule} matches it, so its name is not sent to {sumDb.Name}: set GONOSUMDB on this client to the same patterns", []));
            return;
        }
        if (sumDb.FindLookupOrNull(module, version) is { } known)
        {
            await SendAsync(context, escaped, known.Body, TextType, Lookup, Served.Hit, string.Create(CultureInfo.InvariantCulture, $"\"{sumDb.Log}-{known.Size}\""));
            return;
        }
        var kept = sumDb.IsKept(module, version);
        var (record, failure) = await sumDb.LookupAsync(module, version, context.RequestAborted);
        byte[]? body = null;
        if (record is not null)
            (body, failure) = await sumDb.FormatAsync(record, context.RequestAborted);
        if (body is null)
            await FailAsync(context, $"{module}@{version}", failure!);
        else
            await SendAsync(context, escaped, body, TextType, Lookup, kept ? Served.Hit : Served.Fetched);
    }

    private async Task TileAsync(HttpContext context, SumDatabase sumDb, string path)
    {
        if (!Tile.TryParse(path, out var tile))
        {
            await ErrorBody.WriteAsync(context, StatusCodes.Status400BadRequest, ErrorBody.Format("bad request: that is no tile's path (tile/8/<level or data>/<number>[.p/<width>])", []), "no-store");
            return;
        }
        if (tile.Height != 8)
        {
            await GoErrors.WriteMalformedAsync(context, $"tiles of height {tile.Height} are not served: checksum databases have height 8");
            return;
        }
        var type = tile.IsData ? TextType : BinaryType;
        if (sumDb.FindTileOrNull(tile) is { } stored)
        {
            // Its place in the log's one history says all.
            await SendAsync(context, path, stored, type, Forever, Served.Hit, $"\"{sumDb.Log}-tile\"");
            return;
        }
        var (bytes, failure) = await sumDb.ReadTileAsync(tile, context.RequestAborted);
        if (bytes is null)
            await FailAsync(context, path, failure!);
        else
            await SendAsync(context, path, bytes, type, Forever, Served.Fetched, $"\"{sumDb.Log}-tile\"");
    }

    private Task SendAsync(HttpContext context, string page, byte[] body, string type, string caching, Served served, string? tag = null)
        => Delivery.SendAsync(context, new Document(new(GoMirror.Ecosystem, database!.Name, page), body, null, null, time.GetUtcNow(), database.Name), type, caching, served.ToCacheStatus(), tag);

    private Task FailAsync(HttpContext context, string page, Failure failure)
    {
        Served.Failed.ToCacheStatus().Apply(context.Response);
        return GoErrors.WriteAsync(context, $"{database!.Name}: {page}", failure);
    }

    /// <summary>x/mod <c>sumdb.Server</c>: <c>^[^@]+@v\d+\.\d+\.\d+(-[^@]*)?(\+incompatible)?$</c>, escaped.</summary>
    internal static bool TryParse(string escaped, [NotNullWhen(true)] out ModulePath? module, [NotNullWhen(true)] out string? version, [NotNullWhen(false)] out string? error)
    {
        (module, version) = (null, null);
        var at = escaped.IndexOf('@', StringComparison.Ordinal);
        if (at < 0)
        {
            error = "a lookup is of <module>@<version>";
            return false;
        }
        if (!ModulePath.TryUnescape(escaped[..at], out module, out error) || !ModuleVersion.TryUnescape(escaped[(at + 1)..], out version, out error))
            return false;
        error = ChecksumDatabaseClient.IsVersion(version) ? null : $"\"{version}\" is not a version that a checksum database has: vX.Y.Z, with a pre-release or not";
        return error is null;
    }
}
