namespace Tain.Upstream;

/// <summary>One other server as configured.</summary>
internal sealed record UpstreamSource
{
    /// <summary>The base URL without credentials and without a slash at its end: what people are shown, and the key of its health.</summary>
    public required string Name { get; init; }

    public required Uri BaseUrl { get; init; }

    /// <summary>user:password from the URL, percent-decoded; sent to this origin only.</summary>
    public string? UserInfo { get; init; }

    /// <summary>May be asked for private names (<c>go.sources</c>).</summary>
    public bool Private { get; init; }

    /// <summary>Overrides <c>upstream.response-timeout</c> for this source.</summary>
    public TimeSpan? ResponseTimeout { get; init; }

    /// <summary>The base URL with the credentials masked: a record's own text would print them.</summary>
    public override string ToString()
    {
        if (UserInfo is null)
            return Name;
        var colon = UserInfo.IndexOf(':', StringComparison.Ordinal);
        // A lone user name is often a token.
        var masked = colon < 0 ? "***@" : Uri.EscapeDataString(UserInfo[..colon]) + ":***@";
        return Name.Insert(Name.IndexOf("://", StringComparison.Ordinal) + 3, masked);
    }
}
