using System.Diagnostics.CodeAnalysis;
using System.Text;
using Tain.GoModules;

namespace Tain.Ecosystems.Go;

internal enum GoResource { List, Latest, Info, Mod, Zip }

/// <summary>What a GOPROXY request asks for. Parsed once; what does not parse is 404 (docs/go-protocol.md, 4: 400 would stop a client's <c>,</c>).</summary>
/// <param name="Version">The unescaped version or query; empty for list and latest.</param>
internal sealed record GoAddress(ModulePath Module, GoResource Resource, string Version)
{
    /// <summary>Longest query (branch, tag, commit), in characters: git's own limit for a ref is a path's.</summary>
    public const int MaxQuery = 255;

    /// <summary>For people, and the key of flights, absences and stories.</summary>
    public string Text => Resource switch
    {
        GoResource.List => $"{Module}/@v/list",
        GoResource.Latest => $"{Module}/@latest",
        _ => $"{Module}/@v/{Version}.{Suffix}",
    };

    /// <summary>Module and version, as the go command writes them.</summary>
    public string Subject => Version.Length == 0 ? Module.Value : $"{Module}@{Version}";

    private string Suffix => Resource switch
    {
        GoResource.Info => "info",
        GoResource.Mod => "mod",
        _ => "zip",
    };

    /// <summary>The path below any GOPROXY, escaped twice: <c>!</c> for upper case, then percent for what a URL can't hold.</summary>
    public string UpstreamPath => UrlEscape(Resource switch
    {
        GoResource.List => $"{Module.Escaped}/@v/list",
        GoResource.Latest => $"{Module.Escaped}/@latest",
        _ => $"{Module.Escaped}/@v/{ModuleVersion.Escape(Version)}.{Suffix}",
    });

    /// <summary>True when <see cref="Version"/> names one version for ever: canonical, and legal for the module (docs/go-protocol.md, 12 and 13).</summary>
    public bool IsCanonical => ModuleVersion.Canonical(Version) == Version && ModuleVersion.Check(Module, Version, out _);

    /// <summary>True when its answer never changes.</summary>
    public bool IsForever => Resource is GoResource.Mod or GoResource.Zip || (Resource is GoResource.Info && IsCanonical);

    /// <param name="path">Percent-decoded, below <c>/go/</c>.</param>
    public static bool TryParse(string path, [NotNullWhen(true)] out GoAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        // Module paths hold no '@': the first "/@" ends them.
        var at = path.IndexOf("/@", StringComparison.Ordinal);
        if (at < 0)
        {
            error = "no such page: a module's pages are <module>/@v/list, /@latest and /@v/<version>.info, .mod and .zip";
            return false;
        }
        if (!ModulePath.TryUnescape(path[..at], out var module, out error))
            return false;
        var page = path[(at + 1)..];
        if (page == "@latest")
        {
            address = new(module, GoResource.Latest, "");
            return true;
        }
        if (page == "@v/list")
        {
            address = new(module, GoResource.List, "");
            return true;
        }
        var dot = page.LastIndexOf('.');
        GoResource? resource = dot < 0 ? null : page[(dot + 1)..] switch
        {
            "info" => GoResource.Info,
            "mod" => GoResource.Mod,
            "zip" => GoResource.Zip,
            _ => null,
        };
        if (resource is null || !page.StartsWith("@v/", StringComparison.Ordinal))
        {
            error = "no such page: a module's pages are /@v/list, /@latest and /@v/<version>.info, .mod and .zip";
            return false;
        }
        var escaped = page[3..dot];
        if (escaped.Contains('/', StringComparison.Ordinal))
        {
            error = "a version can't hold a slash (golang/go#32955): ask for the branch's commit instead";
            return false;
        }
        if (escaped.Length > MaxQuery)
        {
            error = $"the version has {escaped.Length} characters; the limit is {MaxQuery}";
            return false;
        }
        if (!ModuleVersion.TryUnescape(escaped, out var version, out error))
            return false;
        if (resource is GoResource.Info)
        {
            // docs/go-protocol.md, 12: words that only the go command gives a meaning.
            if (version is "latest" or "upgrade" or "patch")
            {
                error = $"\"{version}\" is not a version: ask for /@latest or /@v/list";
                return false;
            }
        }
        else if (ModuleVersion.Canonical(version) != version)
        {
            error = $"version \"{version}\" is not canonical: .mod and .zip are of vX.Y.Z versions only";
            return false;
        }
        else if (!ModuleVersion.Check(module, version, out error))
            return false;
        address = new(module, resource.Value, version);
        return true;
    }

    /// <summary>Percent for what a URL's path can't hold.</summary>
    internal static string UrlEscape(string path)
    {
        StringBuilder? escaped = null;
        for (var i = 0; i < path.Length; i++)
        {
            var c = path[i];
            var plain = char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '.' or '_' or '~' or '!' or '+' or '@' or '$' or '&' or '=';
            if (!plain)
                escaped ??= new StringBuilder(path, 0, i, path.Length + 16);
            if (escaped is null)
                continue;
            if (plain)
                escaped.Append(c);
            else
                escaped.Append(Uri.HexEscape(c));
        }
        return escaped?.ToString() ?? path;
    }
}
