using System.Net.Http.Headers;

namespace Tain.Upstream;

/// <summary>One request, and what its origin is trusted with. Trust and credentials end for good where a redirect leaves the origin of <see cref="Uri"/>.</summary>
internal sealed record Ask(Uri Uri)
{
    /// <summary>Its origin may be at any address: an administrator named it. Others are dialled at public addresses only, and those of <c>upstream.private-networks</c>.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>The whole header's value; sent over https, or to loopback, only.</summary>
    public string? Authorization { get; init; }

    /// <summary>What to say of a 401 when <see cref="Authorization"/> may not be sent in the clear. Null for nothing.</summary>
    public string? Withheld { get; init; }

    /// <summary>GET by default; only a GET follows redirects.</summary>
    public HttpMethod Method { get; init; } = HttpMethod.Get;

    /// <summary>Adds headers, on each hop.</summary>
    public Action<HttpRequestHeaders>? Prepare { get; init; }

    /// <summary>Makes the body, once for each try; null for none.</summary>
    public Func<Deadline, HttpContent>? Content { get; init; }

    /// <summary>What to call ourselves; null for Tain's own name.</summary>
    public string? UserAgent { get; init; }

    /// <summary>Instead of <c>upstream.response-timeout</c>.</summary>
    public TimeSpan? ResponseTimeout { get; init; }

    /// <summary>The statuses that are answers; others become a <see cref="Problem"/>. Default 200.</summary>
    public Func<int, bool> IsAnswer { get; init; } = static status => status == 200;

    /// <summary>The body may end where the connection does: for what shows by itself whether it is whole.</summary>
    public bool MayEndUntold { get; init; }

    /// <summary>Without the credentials, which a record's own text would print.</summary>
    public override string ToString() => $"{Method} {Secrets.Show(Uri)}";
}
