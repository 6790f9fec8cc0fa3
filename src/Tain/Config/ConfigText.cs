using Tain.Upstream;

namespace Tain.Config;

/// <summary>Words of messages about the configuration: bounded, on one line, without secrets.</summary>
internal static class ConfigText
{
    /// <summary>Hides what may be credentials in a value that may hold several URLs and may not parse: from each :// to the last @ before the next.</summary>
    public static string Mask(string text)
    {
        var masked = new System.Text.StringBuilder();
        for (var from = 0; ;)
        {
            var start = text.IndexOf("://", from, StringComparison.Ordinal);
            var head = start < 0 ? from : start + 3;
            var next = text.IndexOf("://", head, StringComparison.Ordinal);
            var end = next < 0 ? text.Length : next;
            var at = end > from ? text.LastIndexOf('@', end - 1, end - from) : -1;
            if (at >= head)
                masked.Append(text, from, head - from).Append("***").Append(text, at, end - at);
            else
                masked.Append(text, from, end - from);
            if (next < 0)
                return masked.ToString();
            from = next;
        }
    }

    /// <summary>Text of any origin, fit for a message.</summary>
    public static string Shown(string text) => Secrets.OneLine(text, 200);

    /// <summary>"did you mean …?" for what looks like the name of a setting, else <paramref name="otherwise"/>.</summary>
    /// <param name="nameOf">How settings are called where this was written: by key, variable or flag.</param>
    public static string Suggest(string written, Func<Setting, string> nameOf, string otherwise) =>
        NearestOrNull(written, Settings.All.Select(nameOf)) is { } near ? $"did you mean {near}?" : otherwise;

    /// <summary>The name that differs from this by separators and case only, or by few letters, or by a group that was left out.</summary>
    public static string? NearestOrNull(string written, IEnumerable<string> names)
    {
        var squashed = Squash(written);
        if (squashed.Length == 0)
            return null;
        var best = names
            .Select(name => (Name: name, Distance: Distance(squashed, Squash(name))))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault((Name: "", Distance: int.MaxValue));
        if (best.Distance <= Math.Max(1, Math.Min(squashed.Length / 4, 4)))
            return best.Name;
        var endings = names.Where(name => squashed.Length >= 3 && Squash(name).EndsWith(squashed, StringComparison.Ordinal)).Take(2).ToList();
        return endings.Count == 1 ? endings[0] : null;
    }

    private static string Squash(string name)
    {
        var letters = name.Length > 64 ? name.AsSpan(0, 64) : name;
        var squashed = new System.Text.StringBuilder(letters.Length);
        foreach (var c in letters)
        {
            if (char.IsAsciiLetterOrDigit(c))
                squashed.Append(char.ToLowerInvariant(c));
        }
        return squashed.ToString();
    }

    // Optimal string alignment: a swap of two letters counts once.
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}
