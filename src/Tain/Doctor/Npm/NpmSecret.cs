namespace Tain.Doctor.Npm;

/// <summary>Whether a value is a secret, or only stands where one will be.</summary>
internal static class NpmSecret
{
    private static readonly System.Buffers.SearchValues<char> Unsecret = System.Buffers.SearchValues.Create("${}<>%`* \\");

    /// <summary>Variables that have a registry's login, by npm's, yarn's and setup-node's names for it or by custom.</summary>
    public static readonly IReadOnlyList<string> Variables =
    [
        "NPM_TOKEN", "NODE_AUTH_TOKEN", "NPM_AUTH_TOKEN", "NPM_CONFIG__AUTH", "npm_config__auth", "NPM_CONFIG__AUTHTOKEN", "npm_config__authToken", "YARN_NPM_AUTH_TOKEN", "YARN_NPM_AUTH_IDENT",
    ];

    /// <summary>Whether a variable's value is a secret itself, and not the name or path of one: those seldom have a digit.</summary>
    public static bool IsLiteral(string variable, string value)
        => value.Length >= 8 && IsLiteral(value) && value.Any(char.IsAsciiDigit) && !value.Contains("123456", StringComparison.Ordinal)
            && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '=' or '+' || (c == ':' && IsIdent(variable)) || (c == '/' && (IsIdent(variable) || variable.EndsWith("__auth", StringComparison.OrdinalIgnoreCase))));

    private static bool IsIdent(string variable) => variable == "YARN_NPM_AUTH_IDENT";

    /// <summary>Whether it is a variable of npm's files, and nothing beside it.</summary>
    public static bool IsVariable(string value)
        => value is ['$', '{', .. var name, '}'] && name.TrimEnd('?') is { Length: > 0 } word && word.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>Not a variable, a template or somebody's placeholder.</summary>
    public static bool IsLiteral(string value)
    {
        value = value.Trim();
        if (value.Length < 6 || value.AsSpan().ContainsAny(Unsecret) || value.StartsWith("__", StringComparison.Ordinal))
            return false;
        if (value.Distinct().Count() <= 2)
            return false;
        foreach (var word in (string[])["your", "changeme", "placeholder", "token_here", "example", "redacted", "dummy", "replace", "fake", "xxxx"])
        {
            if (value.Contains(word, StringComparison.OrdinalIgnoreCase))
                return false;
        }
        // NPM_TOKEN or AUTH_TOKEN, to be filled in by sed.
        return !value.All(c => char.IsAsciiLetterUpper(c) || c == '_');
    }
}
