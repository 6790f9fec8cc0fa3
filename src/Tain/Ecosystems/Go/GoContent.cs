using System.Globalization;
using System.Text;
using System.Text.Json;
using Tain.GoModules;
using Tain.Mirror;
using Tain.Storage;

namespace Tain.Ecosystems.Go;

/// <summary>What upstream answers must look like before they are kept. A Check returns the reason for a refusal, or null; a Verify throws <see cref="IllegalContentException"/>.</summary>
internal static class GoContent
{
    /// <summary>An .info or @latest body, in bytes. The largest real ones, with Origin, have under 1 KiB.</summary>
    public const int MaxInfo = 1 << 20;

    /// <summary>A list, in bytes: some 500,000 versions.</summary>
    public const int MaxList = 16 << 20;

    /// <summary>Version and Time of an .info. Names are matched as Go's encoding/json does, whatever their case.</summary>
    public static string? TryReadInfo(ReadOnlyMemory<byte> body, out string version, out DateTimeOffset? time)
    {
        version = "";
        time = null;
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            if (json.RootElement.ValueKind is not JsonValueKind.Object)
                return "sent JSON that is not an object";
            foreach (var property in json.RootElement.EnumerateObject())
            {
                if (property.Name.Equals("Version", StringComparison.OrdinalIgnoreCase) && property.Value.ValueKind is JsonValueKind.String)
                    version = property.Value.GetString()!;
                else if (property.Name.Equals("Time", StringComparison.OrdinalIgnoreCase) && property.Value.ValueKind is JsonValueKind.String)
                {
                    if (!property.Value.TryGetDateTimeOffset(out var read))
                        return "sent a Time that is not RFC 3339";
                    time = read;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return LooksLikeHtml(body.Span) ? "sent an HTML page with status 200 instead of JSON" : "sent what is not JSON";
        }
        return version.Length == 0 ? "sent JSON without a Version" : null;
    }

    /// <summary>Checks an answer to <paramref name="address"/>: a canonical query is answered by that very version, any query by a legal one.</summary>
    public static string? CheckInfo(GoAddress address, ReadOnlyMemory<byte> body)
    {
        if (TryReadInfo(body, out var version, out _) is { } error)
            return error;
        if (address.Resource is GoResource.Info && address.IsCanonical && version != address.Version)
            return $"answered with version {version}";
        if (ModuleVersion.Canonical(version) != version)
            return $"answered with version \"{version}\", which is not canonical";
        return ModuleVersion.Check(address.Module, version, out var illegal) ? null : $"answered with version {version}: {illegal}";
    }

    /// <summary>A list has a version at the start of each line (an RFC 3339 time may follow: docs/go-protocol.md, 22). One valid line, or no line at all, makes it a list.</summary>
    public static string? CheckList(ReadOnlyMemory<byte> body)
    {
        if (LooksLikeHtml(body.Span))
            return "sent an HTML page with status 200 instead of a list";
        var any = false;
        foreach (var line in Lines(body))
        {
            any = true;
            if (Semver.IsValid(line.Version))
                return null;
        }
        return any ? "sent a list without one valid version" : null;
    }

    /// <summary>The legal versions that a list names, in its order.</summary>
    public static List<SeenVersion> VersionsIn(ModulePath module, ReadOnlyMemory<byte> list)
        => [.. Lines(list)
            .Where(l => ModuleVersion.Canonical(l.Version) == l.Version && ModuleVersion.Check(module, l.Version, out _))
            .Select(l => new SeenVersion(GoMirror.Ecosystem, module.Value, l.Version, l.Time))];

    /// <summary>Reads a go.mod whole and gives its hash. Its grammar is the go command's business; that it is one at all is ours.</summary>
    public static async Task<Verdict> VerifyModAsync(Stream body, CancellationToken ct)
    {
        using var bytes = new MemoryStream();
        // A size of its own: by default the stream would be asked for its length, which is not known while it arrives.
        await body.CopyToAsync(bytes, 64 * 1024, ct);
        var content = bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
        if (LooksLikeHtml(content.Span))
            throw new IllegalContentException("sent an HTML page with status 200 instead of a go.mod");
        if (!HasModuleDirective(content.Span))
            throw new IllegalContentException("sent a go.mod without a module directive");
        return new(ModuleHash.GoMod(content.Span), null);
    }

    /// <summary>Verifies a module zip while it arrives.</summary>
    public static async Task<Verdict> VerifyZipAsync(GoAddress address, Stream body, CancellationToken ct)
    {
        try
        {
            var zip = await ModuleZip.VerifyAsync(body, address.Module, address.Version, ct);
            return new(zip.H1, [.. zip.Files.Select(f => new ManifestEntry(f.Name, f.Size, Convert.ToHexStringLower(f.Sha256)))]);
        }
        catch (ModuleZipException e)
        {
            throw new IllegalContentException("sent an illegal module zip: " + e.Message, e);
        }
    }

    private static bool LooksLikeHtml(ReadOnlySpan<byte> body)
        => body[..Math.Min(body.Length, 512)].TrimStart(" \t\r\n\uFEFF"u8) is [(byte)'<', ..];

    /// <summary>True when some line's first word is <c>module</c>. Comments before it are lines of their own (ref/mod, "Lexical elements").</summary>
    private static bool HasModuleDirective(ReadOnlySpan<byte> mod)
    {
        foreach (var range in mod.Split((byte)'\n'))
        {
            var line = mod[range].Trim(" \t\r"u8);
            if (line.StartsWith("module"u8) && (line.Length == 6 || line[6] is (byte)' ' or (byte)'\t' or (byte)'(' or (byte)'"' or (byte)'`'))
                return true;
        }
        return false;
    }

    private static IEnumerable<(string Version, DateTimeOffset? Time)> Lines(ReadOnlyMemory<byte> body)
    {
        foreach (var line in Encoding.UTF8.GetString(body.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var fields = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            var time = fields.Length > 1 && DateTimeOffset.TryParse(fields[1], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read) ? read : (DateTimeOffset?)null;
            yield return (fields[0], time);
        }
    }
}
