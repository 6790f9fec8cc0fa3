namespace Tain.Ecosystems.Go.Direct;

/// <summary>One <c>&lt;meta name="go-import" content="PREFIX VCS URL [SUBDIRECTORY]"></c>. All of it is what somebody's page says.</summary>
internal sealed record GoImport(string Prefix, string Vcs, string Url, string Subdirectory)
{
    /// <summary>Tags of one page that are looked at. The largest pages of real hosts, which list all that they have, hold some hundreds.</summary>
    public const int MaxTags = 10_000;

    /// <summary>The tags of a page up to the end of its head (cmd/go/internal/vcs, <c>parseMetaGoImports</c>; with the fourth field of go 1.25).</summary>
    /// <param name="error">What ended the reading early; for a page without tags it is the reason.</param>
    public static List<GoImport> Read(byte[] page, out string? error)
    {
        var imports = new List<GoImport>();
        var xml = new LenientXml(page);
        while (xml.Next() is { } token)
        {
            // None of these names has a letter that others fold to: ASCII is enough.
            if (token.Kind == XmlTokenKind.Start && token.Name.Equals("body", StringComparison.OrdinalIgnoreCase))
                break;
            if (token.Kind == XmlTokenKind.End && token.Name.Equals("head", StringComparison.OrdinalIgnoreCase))
                break;
            if (token.Kind != XmlTokenKind.Start || !token.Name.Equals("meta", StringComparison.OrdinalIgnoreCase) || ValueOf(token, "name") != "go-import")
                continue;
            var fields = ValueOf(token, "content").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length is not (3 or 4))
                continue;
            if (imports.Count == MaxTags)
            {
                error = $"more than {MaxTags:N0} go-import tags";
                return [];
            }
            imports.Add(new GoImport(fields[0], fields[1], fields[2], fields.Length == 4 ? fields[3] : ""));
        }
        error = xml.Error;
        return imports;
    }

    /// <summary>Proxies first, and what has the same prefix as one left out (<c>PreferMod</c>).</summary>
    public static List<GoImport> PreferMod(IReadOnlyList<GoImport> imports)
    {
        var proxied = imports.Where(i => i.Vcs == "mod").Select(i => i.Prefix).ToHashSet(StringComparer.Ordinal);
        return [.. imports.Where(i => i.Vcs == "mod"), .. imports.Where(i => i.Vcs != "mod" && !proxied.Contains(i.Prefix))];
    }

    /// <summary>The tag that speaks of a path (<c>matchGoImport</c>); null, with the reason, when none does or several do.</summary>
    /// <param name="imports">As <see cref="PreferMod"/> orders them.</param>
    public static GoImport? Match(IReadOnlyList<GoImport> imports, string path, out string? error)
    {
        GoImport? match = null;
        error = null;
        foreach (var import in imports)
        {
            if (!IsPrefix(import.Prefix, path))
                continue;
            if (match is { Vcs: "mod" } && import.Vcs != "mod")
                break;
            if (match is not null)
            {
                error = $"several go-import tags match: those of {match.Prefix} and {import.Prefix}";
                return null;
            }
            match = import;
        }
        if (match is null && imports.Count > 0)
            error = $"the {(imports.Count == 1 ? "go-import tag is" : $"{imports.Count:N0} go-import tags are")} of {string.Join(", ", imports.Take(3).Select(i => i.Prefix))}{(imports.Count > 3 ? ", …" : "")}";
        return match;
    }

    /// <summary>Whether a path begins with the elements of a prefix (cmd/go/internal/str, <c>HasPathPrefix</c>).</summary>
    public static bool IsPrefix(string prefix, string path) =>
        path.StartsWith(prefix, StringComparison.Ordinal) && (path.Length == prefix.Length || prefix.Length == 0 || prefix[^1] == '/' || path[prefix.Length] == '/');

    private static string ValueOf(XmlToken token, string name)
    {
        foreach (var (attribute, value) in token.Attributes)
        {
            if (attribute.Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        return "";
    }
}
