using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Tain.GoModules.Paths;

namespace Tain.GoModules;

/// <summary>What a pseudo-version says.</summary>
/// <param name="Base">The tagged version before the commit, <c>+incompatible</c> included; empty when there is none.</param>
/// <param name="Time">When the commit was made, in UTC, to the second.</param>
/// <param name="Revision">The commit's name, by convention its first 12 hexadecimal digits.</param>
/// <param name="Build">The build metadata with its <c>+</c>, or empty.</param>
public sealed record PseudoVersionParts(string Base, DateTimeOffset Time, string Revision, string Build);

/// <summary>
/// Versions that stand for commits without a tag: <c>vX.0.0-yyyymmddhhmmss-abcdef123456</c>,
/// <c>vX.Y.(Z+1)-0.yyyymmddhhmmss-abcdef123456</c>, <c>vX.Y.Z-pre.0.yyyymmddhhmmss-abcdef123456</c>, the latter two also
/// with <c>+incompatible</c> (x/mod <c>module/pseudo.go</c>, docs/go-protocol.md, 14).
/// </summary>
public static class PseudoVersion
{
    private const int TimestampLength = 14;
    private const string TimestampFormat = "yyyyMMddHHmmss";

    /// <summary>Makes one (x/mod <c>module.PseudoVersion</c>). What it is given is not checked.</summary>
    /// <param name="major">The major version without minor, such as <c>v1</c>, for where nothing was tagged before; empty is <c>v0</c>.</param>
    /// <param name="older">The tagged version before the commit, <c>+incompatible</c> included; empty when there is none.</param>
    /// <param name="time">When the commit was made. Its fraction of a second is cut off.</param>
    /// <param name="revision">The commit's name, by convention its first 12 hexadecimal digits.</param>
    public static string Make(string major, string older, DateTimeOffset time, string revision)
    {
        var commit = $"{time.UtcDateTime.ToString(TimestampFormat, CultureInfo.InvariantCulture)}-{revision}";
        var build = Semver.Build(older);
        var canonical = Semver.Canonical(older);
        if (canonical.Length == 0) return $"{(major.Length == 0 ? "v0" : major)}.0.0-{commit}";
        if (Semver.Prerelease(canonical).Length > 0) return $"{canonical}.0.{commit}{build}";
        var patch = canonical.LastIndexOf('.') + 1;
        return $"{canonical.AsSpan(0, patch)}{Increment(canonical.AsSpan(patch))}-0.{commit}{build}";
    }

    /// <summary>The pseudo-version without base, time and revision, <c>vX.0.0-00010101000000-000000000000</c>, that the go
    /// command puts where no version is known yet (x/mod <c>module.ZeroPseudoVersion</c>).</summary>
    public static string Zero(string major) => Make(major, "", default, "000000000000");

    /// <summary>Whether it is a <see cref="Zero"/> of some major version (x/mod <c>module.IsZeroPseudoVersion</c>).</summary>
    public static bool IsZero(string version) => version == Zero(Semver.Major(version));

    /// <summary>Whether it has the form of a pseudo-version (x/mod <c>module.IsPseudoVersion</c>). Its time may still be none.</summary>
    public static bool IsPseudo(string version) => TrySplit(version, out _, out _, out _);

    /// <summary>Parses all of it: what x/mod's <c>PseudoVersionBase</c>, <c>PseudoVersionTime</c> and <c>PseudoVersionRev</c> take together.</summary>
    public static bool TryParse(string version, [NotNullWhen(true)] out PseudoVersionParts? parts, [NotNullWhen(false)] out string? error)
    {
        parts = null;
        if (!TryGetTime(version, out var time, out error) || !TryGetBase(version, out var @base, out error)) return false;
        TrySplit(version, out _, out _, out var revision);
        parts = new PseudoVersionParts(@base, time, version[revision], Semver.Build(version));
        return true;
    }

    /// <summary>The tagged version it builds on, or empty (x/mod <c>module.PseudoVersionBase</c>).</summary>
    public static bool TryGetBase(string version, [NotNullWhen(true)] out string? @base, [NotNullWhen(false)] out string? error)
    {
        @base = error = null;
        if (!TrySplit(version, out var baseEnd, out _, out _))
        {
            error = Invalid(version, "syntax error");
            return false;
        }
        var build = Semver.Build(version);
        var stem = version[..baseEnd];
        switch (Semver.Prerelease(stem))
        {
            case "":
                // vX.0.0-time-revision: nothing was tagged.
                if (build.Length == 0) @base = "";
                else error = Invalid(version, $"lacks base version, but has build metadata {Text.Quote(build)}");
                break;
            case "-0":
                // vX.Y.(Z+1)-0.time-revision: it was vX.Y.Z.
                stem = stem[..^2];
                var patch = stem.LastIndexOf('.') + 1;
                if (Decrement(stem.AsSpan(patch)) is { } previous) @base = $"{stem.AsSpan(0, patch)}{previous}{build}";
                else error = Invalid(version, $"version before {stem} would have negative patch number");
                break;
            default:
                // vX.Y.Z-pre.0.time-revision: it was vX.Y.Z-pre.
                @base = $"{stem.AsSpan(0, stem.Length - 2)}{build}";
                break;
        }
        return error == null;
    }

    /// <summary>When the commit was made (x/mod <c>module.PseudoVersionTime</c>). Unlike in Go, the year 0000 is no time.</summary>
    public static bool TryGetTime(string version, out DateTimeOffset time, [NotNullWhen(false)] out string? error)
    {
        time = default;
        error = null;
        if (!TrySplit(version, out _, out var timestamp, out _))
            error = Invalid(version, "syntax error");
        else if (!DateTimeOffset.TryParseExact(version.AsSpan()[timestamp], TimestampFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time))
            error = Invalid(version, $"malformed time {Text.Quote(version.AsSpan()[timestamp])}");
        return error == null;
    }

    /// <summary>The commit's name in it (x/mod <c>module.PseudoVersionRev</c>).</summary>
    public static bool TryGetRevision(string version, [NotNullWhen(true)] out string? revision, [NotNullWhen(false)] out string? error)
    {
        var found = TrySplit(version, out _, out _, out var range);
        revision = found ? version[range] : null;
        error = found ? null : Invalid(version, "syntax error");
        return found;
    }

    private static string Invalid(string version, string rule) => $"pseudo-version {Text.Quote(version)} invalid: {rule}";

    /// <summary>Finds the three parts. The base ends before the separator that precedes the time: <c>vX.0.0</c>,
    /// <c>vX.Y.(Z+1)-0</c> or <c>vX.Y.Z-pre.0</c>.</summary>
    private static bool TrySplit(string version, out int baseEnd, out Range timestamp, out Range revision)
    {
        baseEnd = 0;
        timestamp = revision = default;
        if (!Semver.TryParse(version, out var parts) || parts.Prerelease.IsEmpty) return false;

        var prerelease = parts.Prerelease[1..];
        var dash = prerelease.LastIndexOf('-');
        if (dash < TimestampLength) return false;
        var rev = prerelease[(dash + 1)..];
        if (rev.IsEmpty || rev.Contains('.')) return false;

        var before = prerelease[..(dash - TimestampLength)];
        if (prerelease[before.Length..dash].IndexOfAnyExceptInRange('0', '9') >= 0) return false;
        var untagged = before.IsEmpty && parts.Minor is "0" && parts.Patch is "0";
        if (!untagged && !(before is "0." || before.EndsWith(".0."))) return false;

        var prereleaseStart = version.Length - parts.Build.Length - prerelease.Length;
        var timeStart = prereleaseStart + before.Length;
        baseEnd = timeStart - 1;
        timestamp = timeStart..(timeStart + TimestampLength);
        revision = (timeStart + TimestampLength + 1)..(version.Length - parts.Build.Length);
        return true;
    }

    /// <summary>One more than a decimal number of any length.</summary>
    private static string Increment(ReadOnlySpan<char> number)
    {
        var digits = number.ToArray();
        var i = digits.Length - 1;
        for (; i >= 0 && digits[i] == '9'; i--) digits[i] = '0';
        if (i < 0) return $"1{digits.AsSpan()}";
        digits[i]++;
        return new string(digits);
    }

    /// <summary>One less than a decimal number of any length, or null below zero.</summary>
    private static string? Decrement(ReadOnlySpan<char> number)
    {
        var digits = number.ToArray();
        var i = digits.Length - 1;
        for (; i >= 0 && digits[i] == '0'; i--) digits[i] = '9';
        if (i < 0) return null;
        digits[i]--;
        return digits[0] == '0' && digits.Length > 1 ? new string(digits, 1, digits.Length - 1) : new string(digits);
    }
}
