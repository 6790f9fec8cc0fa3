namespace Tain.GoModules;

/// <summary>
/// Semantic versions as Go writes them: with a <c>v</c> in front, <c>vMAJOR[.MINOR[.PATCH[-PRERELEASE][+BUILD]]]</c>.
/// Each member is the function of that name in <c>golang.org/x/mod/semver</c>. Numbers have no bound.
/// </summary>
public static class Semver
{
    /// <summary>Whether <paramref name="version"/> is a semantic version.</summary>
    public static bool IsValid(string version) => TryParse(version, out _);

    /// <summary>The version with minor and patch filled in and without build metadata; empty when it is not valid.</summary>
    public static string Canonical(string version)
    {
        if (!TryParse(version, out var v)) return "";
        if (v.Build.Length > 0) return version[..^v.Build.Length];
        return v.Missing switch { 2 => version + ".0.0", 1 => version + ".0", _ => version };
    }

    /// <summary><c>v2</c> of <c>v2.1.0</c>; empty when it is not valid.</summary>
    public static string Major(string version) =>
        TryParse(version, out var v) ? version[..(1 + v.Major.Length)] : "";

    /// <summary><c>v2.1</c> of <c>v2.1.0</c>; empty when it is not valid.</summary>
    public static string MajorMinor(string version)
    {
        if (!TryParse(version, out var v)) return "";
        return v.Missing == 2 ? version + ".0" : version[..(2 + v.Major.Length + v.Minor.Length)];
    }

    /// <summary><c>-pre</c> of <c>v2.1.0-pre+meta</c>; empty when there is none or it is not valid.</summary>
    public static string Prerelease(string version) => TryParse(version, out var v) ? v.Prerelease.ToString() : "";

    /// <summary><c>+meta</c> of <c>v2.1.0-pre+meta</c>; empty when there is none or it is not valid.</summary>
    public static string Build(string version) => TryParse(version, out var v) ? v.Build.ToString() : "";

    /// <summary>-1, 0 or +1 by semantic precedence: build metadata does not count; what is not valid is below all that is,
    /// and equal among itself.</summary>
    public static int Compare(string left, string right)
    {
        var leftValid = TryParse(left, out var l);
        var rightValid = TryParse(right, out var r);
        if (!leftValid || !rightValid) return leftValid.CompareTo(rightValid);
        var order = CompareNumber(l.Major, r.Major);
        if (order == 0) order = CompareNumber(l.Minor, r.Minor);
        if (order == 0) order = CompareNumber(l.Patch, r.Patch);
        return order != 0 ? order : ComparePrerelease(l.Prerelease, r.Prerelease);
    }

    /// <summary>The order of <c>semver.Sort</c>: <see cref="Compare"/>, then bytewise.</summary>
    public static int CompareForSort(string left, string right)
    {
        var order = Compare(left, right);
        return order != 0 ? order : Math.Sign(Paths.Text.CompareUtf8(left, right));
    }

    internal ref struct Parts
    {
        public ReadOnlySpan<char> Major, Minor, Patch;
        /// <summary>With its <c>-</c>.</summary>
        public ReadOnlySpan<char> Prerelease;
        /// <summary>With its <c>+</c>.</summary>
        public ReadOnlySpan<char> Build;
        /// <summary>How many of minor and patch were left out.</summary>
        public int Missing;
    }

    internal static bool TryParse(ReadOnlySpan<char> version, out Parts parts)
    {
        parts = new Parts { Minor = "0", Patch = "0" };
        if (version.IsEmpty || version[0] != 'v') return false;
        var rest = version[1..];
        if (!TakeNumber(ref rest, out parts.Major)) return false;
        if (rest.IsEmpty)
        {
            parts.Missing = 2;
            return true;
        }
        if (rest[0] != '.') return false;
        rest = rest[1..];
        if (!TakeNumber(ref rest, out parts.Minor)) return false;
        if (rest.IsEmpty)
        {
            parts.Missing = 1;
            return true;
        }
        if (rest[0] != '.') return false;
        rest = rest[1..];
        if (!TakeNumber(ref rest, out parts.Patch)) return false;

        var plus = rest.IndexOf('+');
        if (plus >= 0)
        {
            parts.Build = rest[plus..];
            rest = rest[..plus];
            if (!AreIdentifiers(parts.Build[1..], leadingZeros: true)) return false;
        }
        parts.Prerelease = rest;
        return rest.IsEmpty || (rest[0] == '-' && AreIdentifiers(rest[1..], leadingZeros: false));
    }

    internal static bool TakeNumber(scoped ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> number)
    {
        var end = rest.IndexOfAnyExceptInRange('0', '9');
        number = end < 0 ? rest : rest[..end];
        rest = rest[number.Length..];
        return number.Length == 1 || (number.Length > 1 && number[0] != '0');
    }

    private static bool AreIdentifiers(ReadOnlySpan<char> dotted, bool leadingZeros)
    {
        while (true)
        {
            var dot = dotted.IndexOf('.');
            var identifier = dot < 0 ? dotted : dotted[..dot];
            if (identifier.IsEmpty) return false;
            foreach (var c in identifier)
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                    return false;
            if (!leadingZeros && identifier.Length > 1 && identifier[0] == '0' && IsNumber(identifier)) return false;
            if (dot < 0) return true;
            dotted = dotted[(dot + 1)..];
        }
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;

    internal static int CompareNumber(ReadOnlySpan<char> left, ReadOnlySpan<char> right) =>
        left.Length != right.Length ? left.Length.CompareTo(right.Length) : Math.Sign(left.SequenceCompareTo(right));

    private static int ComparePrerelease(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        // A release is above its prereleases.
        if (left.IsEmpty || right.IsEmpty) return left.IsEmpty.CompareTo(right.IsEmpty);
        while (!left.IsEmpty && !right.IsEmpty)
        {
            var l = TakeIdentifier(ref left);
            var r = TakeIdentifier(ref right);
            if (l.SequenceEqual(r)) continue;
            bool leftNumber = IsNumber(l), rightNumber = IsNumber(r);
            if (leftNumber != rightNumber) return leftNumber ? -1 : 1;
            return leftNumber ? CompareNumber(l, r) : Math.Sign(l.SequenceCompareTo(r));
        }
        return right.IsEmpty.CompareTo(left.IsEmpty);
    }

    private static ReadOnlySpan<char> TakeIdentifier(scoped ref ReadOnlySpan<char> prerelease)
    {
        prerelease = prerelease[1..]; // the - or .
        var dot = prerelease.IndexOf('.');
        var identifier = dot < 0 ? prerelease : prerelease[..dot];
        prerelease = prerelease[identifier.Length..];
        return identifier;
    }
}
