namespace Tain.Doctor.Npm;

/// <summary>Whether a value is a secret, or only stands where one will be.</summary>
internal static class NpmSecret
{
    private static readonly System.Buffers.SearchValues<char> Unsecret = System.Buffers.SearchValues.Create("${}<>%`* \\");

    /// <summary>Not a variable, a template or somebody's placeholder.</summary>
    public static bool IsLiteral(string value)
    {
        value = value.Trim();
        if (value.Length < 6 || value.AsSpan().ContainsAny(Unsecret) || value.StartsWith("__", StringComparison.Ordinal))
            return false;
        if (value.Distinct().Count() <= 2)
            return false;
        foreach (var word in (string[])["your", "changeme", "placeholder", "token_here", "example", "redacted", "dummy", "replace"])
        {
            if (value.Contains(word, StringComparison.OrdinalIgnoreCase))
                return false;
        }
        // NPM_TOKEN or AUTH_TOKEN, to be filled in by sed.
        return !value.All(c => char.IsAsciiLetterUpper(c) || c == '_');
    }
}
