namespace Tain.GoModules;

/// <summary>
/// Versions of Go itself as go.mod has them, without a <c>go</c> in front: <c>1.21</c>, <c>1.21rc2</c>, <c>1.21.0</c>. They
/// are no semantic versions. Each member is the function of that name in Go's <c>internal/gover</c>. Numbers have no bound.
/// </summary>
public static class GoVersion
{
    /// <summary>Whether <paramref name="version"/> is a version of Go.</summary>
    public static bool IsValid(string version) => Parse(version).Major.Length > 0;

    /// <summary>-1, 0 or +1. From 1.21 on the language <c>1.21</c> is below <c>1.21rc1</c>, which is below <c>1.21.0</c>;
    /// before, <c>1.20rc1</c> is below <c>1.20</c>, which equals <c>1.20.0</c>. What is not valid, such as the empty string,
    /// is below all that is, and equal among itself.</summary>
    public static int Compare(string left, string right)
    {
        var l = Parse(left);
        var r = Parse(right);
        var order = Semver.CompareNumber(l.Major, r.Major);
        if (order == 0) order = Semver.CompareNumber(l.Minor, r.Minor);
        if (order == 0) order = Semver.CompareNumber(l.Patch, r.Patch);
        if (order == 0) order = Math.Sign(l.Kind.SequenceCompareTo(r.Kind));
        return order != 0 ? order : Semver.CompareNumber(l.Prerelease, r.Prerelease);
    }

    private ref struct Parts
    {
        /// <summary>Decimal, each empty where there is none, which sorts below 0.</summary>
        public ReadOnlySpan<char> Major, Minor, Patch, Prerelease;
        /// <summary><c>rc</c> of <c>1.21rc2</c>.</summary>
        public ReadOnlySpan<char> Kind;
    }

    /// <summary>All parts empty when it is not valid.</summary>
    private static Parts Parse(ReadOnlySpan<char> rest)
    {
        var v = new Parts();
        if (!Semver.TakeNumber(ref rest, out v.Major)) return default;
        if (rest.IsEmpty)
        {
            v.Minor = v.Patch = "0";
            return v;
        }
        if (rest[0] != '.') return default;
        rest = rest[1..];
        if (!Semver.TakeNumber(ref rest, out v.Minor)) return default;
        if (rest.IsEmpty)
        {
            // Since 1.21 the language has a version of its own, below its releases.
            if (Semver.CompareNumber(v.Minor, "21") < 0) v.Patch = "0";
            return v;
        }
        if (rest[0] == '.')
        {
            rest = rest[1..];
            return Semver.TakeNumber(ref rest, out v.Patch) && rest.IsEmpty ? v : default;
        }
        var digits = rest.IndexOfAnyInRange('0', '9');
        v.Kind = digits < 0 ? rest : rest[..digits];
        if (v.Kind.IsEmpty || v.Kind.IndexOfAnyExceptInRange('a', 'z') >= 0) return default;
        if (digits < 0) return v;
        rest = rest[digits..];
        return Semver.TakeNumber(ref rest, out v.Prerelease) && rest.IsEmpty ? v : default;
    }
}
