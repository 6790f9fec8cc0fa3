using System.Diagnostics.CodeAnalysis;

namespace Tain.Ecosystems.Go.Git;

/// <summary>Where a repository is: a URL of strict grammar, so that nothing in it can be taken for an option, a command or another protocol
/// (security.md: git argument injection, <c>ext::</c>). Immutable, equal by its text.</summary>
internal sealed record RemoteUrl
{
    private RemoteUrl(string text, Uri uri) => (Text, Uri) = (text, uri);

    /// <summary>As given, without credentials: what <c>.info</c>'s Origin shows, and the key of its clone.</summary>
    public string Text { get; }

    public Uri Uri { get; }

    public string Scheme => Uri.Scheme;

    /// <summary>Parses <c>scheme://[user@]host[:port]/path</c>. A user is allowed for ssh only, a password never.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RemoteUrl? url, [NotNullWhen(false)] out string? error)
        => throw new NotImplementedException();

    public bool Equals(RemoteUrl? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
