namespace Tain.GitHosting;

/// <summary>What a request was for.</summary>
public enum RequestKind
{
    /// <summary>A page with <c>?go-get=1</c>.</summary>
    GoGet,

    /// <summary><c>info/refs</c>: the first request of every git command.</summary>
    Refs,

    /// <summary>A POST that lists references (protocol 2 only).</summary>
    ListRefs,

    /// <summary>A POST that fetches objects. A clone or a fetch may need several.</summary>
    Fetch,

    /// <summary>Files of a folder given to <see cref="GitServer.ServeFiles"/>, and whatever else.</summary>
    Other,
}

/// <summary>
/// How a host, or a path on it, differs from a good server. The first rule that matches a request
/// counts, alone. Rules may be added and removed while the server runs.
/// </summary>
/// <param name="Path">A host, or a host and a path, such as <c>github.com/pkg/errors</c>: it holds for all below too.</param>
public sealed record Rule(string Path)
{
    /// <summary>Only requests of this kind; without one, all.</summary>
    public RequestKind? Only { get; init; }

    /// <summary>How many requests it holds for; then it is as if removed.</summary>
    public int Times { get; init; } = int.MaxValue;

    /// <summary>Answered in place of the content.</summary>
    public int? Status { get; init; }

    /// <summary>The body that goes with <see cref="Status"/>.</summary>
    public string Body { get; init; } = "this fault was asked for\n";

    /// <summary>A 302 to this URL; <c>{path}</c> in it stands for the request's path and query.</summary>
    public string? RedirectTo { get; init; }

    /// <summary>Waits before it answers.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Says nothing until the client or the server goes away.</summary>
    public bool Stall { get; init; }

    /// <summary>Breaks the connection after so many bytes of the body.</summary>
    public long? CutAfter { get; init; }

    /// <summary>Sends no more after so many bytes of the body, and keeps the connection.</summary>
    public long? StallAfter { get; init; }

    /// <summary>Bytes of a body each second; 0 is without bound.</summary>
    public long Rate { get; init; }

    /// <summary><c>user:password</c>: without these the answer is 401.</summary>
    public string? Password { get; init; }

    /// <summary>Git's protocol version 2 is not spoken.</summary>
    public bool WithoutProtocol2 { get; init; }

    /// <summary>For a rule whose path is a host only.</summary>
    public CertificateFault Certificate { get; init; }

    /// <summary>For a rule whose path is a host only.</summary>
    public HostFault Host { get; init; }

    internal bool IsForHost => !Path.Contains('/', StringComparison.Ordinal);

    internal bool Matches(string path)
    {
        if (!path.StartsWith(Path, StringComparison.OrdinalIgnoreCase))
            return false;
        var rest = path.AsSpan(Path.Length);
        return rest.IsEmpty || rest[0] == '/' || (!IsForHost && (rest is ".git" || rest.StartsWith(".git/")));
    }
}
