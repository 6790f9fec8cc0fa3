namespace Tain.Doctor.Npm;

/// <summary>The name of a package.</summary>
internal static class NpmName
{
    /// <summary><c>@acme</c> of <c>@acme/ui</c>; null when the name has no scope.</summary>
    public static string? ScopeOrNull(string? name) => name is ['@', ..] && name.IndexOf('/', StringComparison.Ordinal) is > 1 and var slash ? name[..slash] : null;
}
