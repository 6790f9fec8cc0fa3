using System.Diagnostics.CodeAnalysis;
using Tain.GoModules.Paths;

namespace Tain.GoModules;

/// <summary>Versions of modules: which are canonical, which are legal for a path, their escaping and their order (x/mod <c>module</c>).</summary>
public static class ModuleVersion
{
    private const string Incompatible = "+incompatible";

    /// <summary>The semantic version's canonical form, of build metadata keeping only <c>+incompatible</c>
    /// (x/mod <c>module.CanonicalVersion</c>); empty when it is not a semantic version.</summary>
    public static string Canonical(string version)
    {
        var canonical = Semver.Canonical(version);
        return canonical.Length > 0 && Semver.Build(version) == Incompatible ? canonical + Incompatible : canonical;
    }

    /// <summary>Whether <paramref name="version"/> is canonical and its major version belongs to <paramref name="path"/>
    /// (x/mod <c>module.Check</c> and <c>CheckPathMajor</c>, after <c>CanonicalVersion</c>).</summary>
    public static bool Check(ModulePath path, string version, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(path);
        error = null;
        if (!Semver.TryParse(version, out var parts))
            error = $"version {Text.Quote(version)} invalid: not a semantic version";
        else if (Canonical(version) is var canonical && canonical != version)
            error = $"version {Text.Quote(version)} is not canonical (should be {Text.Quote(canonical)})";
        else if (!MatchesMajor(version, parts, path.PathMajor))
            error = $"version {Text.Quote(version)} invalid: should be {MajorRule(path.PathMajor)}, not v{parts.Major}";
        return error == null;
    }

    /// <summary>Whether a semantic version, canonical or not, may have a path that ends in this major version
    /// (x/mod <c>module.MatchPathMajor</c>).</summary>
    public static bool MatchesPathMajor(string version, string pathMajor) =>
        // The old form needs no valid version, in Go.
        (pathMajor is ".v1" or ".v1-unstable" && version.StartsWith("v0.0.0-", StringComparison.Ordinal))
        || (Semver.TryParse(version, out var parts) && MatchesMajor(version, parts, pathMajor));

    private static bool MatchesMajor(string version, Semver.Parts parts, string pathMajor)
    {
        if (pathMajor.Length == 0)
            return parts.Major is "0" or "1" || parts.Build is Incompatible;
        var major = TrimUnstable(pathMajor);
        // gopkg.in's v1 modules have old pseudo-versions of this form in their users' go.mod files.
        if (major == ".v1" && version.StartsWith("v0.0.0-", StringComparison.Ordinal)) return true;
        return major.AsSpan(2).SequenceEqual(parts.Major);
    }

    internal static string MajorRule(string pathMajor) => pathMajor.Length == 0 ? "v0 or v1" : TrimUnstable(pathMajor)[1..];

    private static string TrimUnstable(string pathMajor) =>
        pathMajor.StartsWith(".v", StringComparison.Ordinal) && pathMajor.EndsWith("-unstable", StringComparison.Ordinal)
            ? pathMajor[..^"-unstable".Length]
            : pathMajor;

    /// <summary>Parses a version or query as URLs have it (x/mod <c>module.UnescapeVersion</c>): it need not be semantic
    /// (<c>master</c> passes), but must be one legal element of a file path. Strict as <see cref="ModulePath.TryUnescape"/>.</summary>
    public static bool TryUnescape(string escaped, [NotNullWhen(true)] out string? version, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (!Escaping.TryUnescape(escaped, out version))
            error = $"invalid escaped version {Text.Quote(escaped)}";
        else if (PathRules.CheckElement(version, PathKind.File) is { } rule)
            error = $"invalid escaped version {Text.Quote(version)}: {rule}";
        if (error != null) version = null;
        return error == null;
    }

    /// <summary>The version as URLs have it (x/mod <c>module.EscapeVersion</c>).</summary>
    /// <exception cref="ArgumentException">No legal element of a file path, or it holds a <c>!</c> or anything beyond ASCII.</exception>
    public static string Escape(string version) =>
        TryEscape(version, out var escaped, out var error) ? escaped : throw new ArgumentException(error, nameof(version));

    /// <inheritdoc cref="Escape" />
    public static bool TryEscape(string version, [NotNullWhen(true)] out string? escaped, [NotNullWhen(false)] out string? error)
    {
        var legal = PathRules.CheckElement(version, PathKind.File) == null && !version.Contains('!', StringComparison.Ordinal)
            && version.AsSpan().IndexOfAnyInRange('\x80', '\uffff') < 0;
        escaped = legal ? Escaping.Escape(version) : null;
        error = legal ? null : $"version {Text.Quote(version)} invalid: disallowed version string";
        return legal;
    }

    /// <summary>The order of <c>module.Sort</c> among versions of one path: <see cref="Semver.Compare"/>, what x/mod leaves
    /// open bytewise as <c>semver.Sort</c> does; a suffix from the first slash (<c>v1.0.0/go.mod</c>, as go.sum has it)
    /// decides last. Returns -1, 0 or +1.</summary>
    public static int Compare(string left, string right)
    {
        string leftFile = "", rightFile = "";
        if (left.IndexOf('/', StringComparison.Ordinal) is >= 0 and var l) (left, leftFile) = (left[..l], left[l..]);
        if (right.IndexOf('/', StringComparison.Ordinal) is >= 0 and var r) (right, rightFile) = (right[..r], right[r..]);
        var order = Semver.CompareForSort(left, right);
        return order != 0 ? order : Math.Sign(Text.CompareUtf8(leftFile, rightFile));
    }
}
