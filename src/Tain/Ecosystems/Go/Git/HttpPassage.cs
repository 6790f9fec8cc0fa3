using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>The way of one git command over http(s), through <see cref="GitGateway"/>. Knows where the repository is after redirects, what came, and the
/// first thing that went wrong. git sends its requests one after another, now and then two at once (dumb protocol).</summary>
internal sealed class HttpPassage : GitPassage
{
    public const string SecretHeader = "X-Tain-Passage";

    /// <summary>A question up to this length is read whole and may be sent again; bytes. git streams what is longer (http.postBuffer: 1 MiB).</summary>
    private const int RepeatableBytes = 1 << 20;

    /// <summary>How long a streamed question may take until its answer begins.</summary>
    private static readonly TimeSpan StreamedTimeout = TimeSpan.FromMinutes(2);

    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private readonly RemoteUrl remote;
    private readonly bool isPrivate;
    private readonly string? credentials;
    private readonly StrangerClient web;
    private readonly GitAccess access;
    private readonly GitOptions options;
    private readonly Advertisements advertisements;
    private readonly Action left;
    private readonly byte[] secret = RandomNumberGenerator.GetBytes(16);
    private readonly CancellationTokenSource ended = new();
    private readonly CancellationToken whenEnded;
    private string location;
    private bool isOwn = true;
    private volatile bool reached;
    private bool isRemembered;
    private long received;
    private RepositoryException? fault;
    private int isDisposed;

    /// <param name="gateway">The gateway's URL.</param>
    /// <param name="leave">Called when the passage is disposed.</param>
    public HttpPassage(RemoteUrl remote, bool isPrivate, string? credentials, string gateway, StrangerClient web, GitAccess access, Advertisements advertisements, GitOptions options, Action<HttpPassage> leave)
    {
        this.remote = remote;
        this.isPrivate = isPrivate;
        this.credentials = credentials;
        this.web = web;
        this.access = access;
        this.advertisements = advertisements;
        this.options = options;
        left = () => leave(this);
        whenEnded = ended.Token;
        location = remote.Text.TrimEnd('/');
        Url = $"{gateway}/{Id}/{NameOf(remote)}";
    }

    public string Id { get; } = RandomNumberGenerator.GetHexString(16, lowercase: true);

    public override string Url { get; }

    public override string Protocol => "http";

    /// <summary>The secret shows that it is our git which asks, not another user of this machine.</summary>
    public override IReadOnlyList<(string Key, string Value)> Config =>
    [
        ("http.extraHeader", $"{SecretHeader}: {Convert.ToHexStringLower(secret)}"),
        // Whatever the environment says: this is a way within the machine, and git is not to go anywhere else.
        ("http.proxy", ""),
        ("http.followRedirects", "false"),
        ("credential.helper", ""),
    ];

    public override RepositoryException? Fault => fault;

    public bool Knows(string? shown)
    {
        Span<byte> bytes = stackalloc byte[16];
        return shown is { Length: 32 } && Convert.FromHexString(shown, bytes, out _, out var written) == OperationStatus.Done && written == 16
            && CryptographicOperations.FixedTimeEquals(bytes, secret);
    }

    public async Task ForwardAsync(HttpContext context, GatewayRequest request)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, whenEnded);
        var ct = both.Token;
        var isAdvertisement = request.Path == GatewayRequest.SmartRefs && context.Request.Headers["Git-Protocol"].ToString() is "version=2";
        if (isAdvertisement && advertisements.FindOrNull(Key) is { } known)
        {
            (location, isOwn, isRemembered) = (known.Location, known.IsOwn, true);
            context.Response.ContentType = "application/x-git-upload-pack-advertisement";
            context.Response.Headers.CacheControl = "no-cache";
            await context.Response.Body.WriteAsync(known.Body, ct).ConfigureAwait(false);
            return;
        }
        RelayAnswer answer;
        try
        {
            answer = await AskAsync(context.Request, request, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // git left, or was ended: whoever ended it knows why.
            context.Abort();
            return;
        }

        if (answer.Problem is { } problem)
        {
            // Asked now what was remembered: only that tells a repository that is gone from one that fails.
            if (isRemembered)
                problem = await AskAgainAsync(ct).ConfigureAwait(false) ?? problem;
            var isMissingFile = request.Kind == GatewayRequestKind.File && problem.Fault is FaultKind.NotFound or FaultKind.Gone;
            if (!isMissingFile)
                Fail(GitAccess.Meaning(problem, remote.HostAndPort, credentials is not null && isOwn, reached));
            if (problem.Fault == FaultKind.Refused && credentials is not null)
                access.Refused(remote.Uri);
            await RefuseAsync(context, isMissingFile ? 404 : StatusOf(fault!.Fault), isMissingFile ? "no such file" : fault!.Message).ConfigureAwait(false);
            return;
        }

        await using var body = answer.Body!;
        if (request.Kind == GatewayRequestKind.Refs && !Arrived(answer, request.Path))
        {
            await RefuseAsync(context, 502, fault!.Message).ConfigureAwait(false);
            return;
        }

        reached = true;
        context.Response.ContentType = answer.ContentType;
        context.Response.Headers.CacheControl = "no-cache";
        try
        {
            using var kept = isAdvertisement ? new MemoryStream() : null;
            await CopyAsync(body, context.Response, kept, ct).ConfigureAwait(false);
            if (kept is not null)
                advertisements.Remember(Key, kept.GetBuffer().AsSpan(0, (int)kept.Length), location, isOwn);
        }
        catch (UpstreamFaultException e)
        {
            Fail(new RepositoryException(e.Fault, $"{remote.HostAndPort}: {e.Message}", reached, e));
            context.Abort();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            context.Abort();
        }
    }

    public override void Dispose()
    {
        if (Interlocked.Exchange(ref isDisposed, 1) != 0)
            return;
        left();
        // Requests in flight hold tokens of it.
        ended.Cancel();
        ended.Dispose();
        base.Dispose();
    }

    private async Task<RelayAnswer> AskAsync(HttpRequest git, GatewayRequest request, CancellationToken ct)
    {
        // A path of its own for a repository at its host's root would begin with two slashes.
        var ask = AskFor(request.Path) with
        {
            UserAgent = Plain(git.Headers.UserAgent) is { } agent ? $"{agent} {Exchange.UserAgent}" : null,
            Prepare = headers =>
            {
                Pass(git, headers, "Git-Protocol");
                Pass(git, headers, "Accept");
            },
        };
        if (request.Kind != GatewayRequestKind.Fetch)
            return await web.OpenAsync(ask, isRepeatable: true, options.Timeout, "go.git.timeout", ct).ConfigureAwait(false);

        // Reading is all that upload-pack does: asking twice changes nothing.
        var isRepeatable = git.ContentLength is { } length and <= RepeatableBytes;
        var whole = isRepeatable ? new byte[git.ContentLength!.Value] : [];
        if (isRepeatable)
            await git.Body.ReadExactlyAsync(whole, ct).ConfigureAwait(false);
        ask = ask with
        {
            Method = HttpMethod.Post,
            ResponseTimeout = isRepeatable ? null : StreamedTimeout,
            Content = _ =>
            {
                HttpContent content = isRepeatable ? new ByteArrayContent(whole) : new StreamContent(git.Body);
                content.Headers.TryAddWithoutValidation("Content-Type", "application/x-git-upload-pack-request");
                if (git.Headers.ContentEncoding.ToString() is "gzip")
                    content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");
                return content;
            },
        };
        return await web.OpenAsync(ask, isRepeatable, options.Timeout, "go.git.timeout", ct).ConfigureAwait(false);
    }

    /// <summary>Asks for the advertisement that was left out. Null when the repository still answers it.</summary>
    private async Task<Problem?> AskAgainAsync(CancellationToken ct)
    {
        (isRemembered, isOwn, location) = (false, true, remote.Text.TrimEnd('/'));
        advertisements.Forget(Key);
        try
        {
            var answer = await web.OpenAsync(AskFor(GatewayRequest.SmartRefs), isRepeatable: true, options.Timeout, "go.git.timeout", ct).ConfigureAwait(false);
            if (answer.Problem is not null)
                return answer.Problem;
            await answer.Body!.DisposeAsync().ConfigureAwait(false);
            reached = true;
        }
        catch (OperationCanceledException)
        {
            // git was ended meanwhile: what the server said first stands.
        }
        return null;
    }

    private Ask AskFor(string path) => new(new Uri(location + path, AsItIs))
    {
        IsTrusted = isPrivate && isOwn,
        Authorization = credentials is not null && isOwn ? Secrets.Basic(credentials) : null,
    };

    /// <summary>The list of refs came: what git asks next goes to where redirects led (as git itself has it, http.followRedirects=initial).</summary>
    private bool Arrived(RelayAnswer answer, string path)
    {
        var final = answer.Final.AbsoluteUri;
        if (!final.EndsWith(path, StringComparison.Ordinal))
        {
            Fail(new RepositoryException(FaultKind.RedirectRefused, $"redirected to {Secrets.Show(answer.Final)}, which is not the same page of a repository"));
            return false;
        }

        (location, isOwn, reached) = (final[..^path.Length], isOwn && answer.IsOwn, true);
        return true;
    }

    private AdvertisementKey Key => new(remote.Text, isPrivate, credentials);

    /// <param name="kept">Gets a copy, as long as it is short.</param>
    private async Task CopyAsync(Stream body, HttpResponse response, MemoryStream? kept, CancellationToken ct)
    {
        while (true)
        {
            var piece = response.BodyWriter.GetMemory(16 << 10);
            var count = await body.ReadAsync(piece, ct).ConfigureAwait(false);
            if (count == 0)
                return;
            if (kept?.Length <= Advertisements.MaxLength)
                kept.Write(piece.Span[..count]);
            if (Interlocked.Add(ref received, count) > options.MaxFetch)
                throw new UpstreamFaultException(FaultKind.TooLarge, string.Create(CultureInfo.InvariantCulture, $"one fetch brought more than {options.MaxFetch:N0} bytes (go.git.max-fetch)"));
            response.BodyWriter.Advance(count);
            // Each piece at once: git answers some of them.
            await response.BodyWriter.FlushAsync(ct).ConfigureAwait(false);
        }
    }

    private void Fail(RepositoryException exception) => Interlocked.CompareExchange(ref fault, exception, null);

    private static async Task RefuseAsync(HttpContext context, int status, string said)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        try
        {
            await context.Response.WriteAsync(said + "\n", context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Never 401: git would look for a password.</summary>
    private static int StatusOf(FaultKind fault) => fault switch
    {
        FaultKind.NotFound => 404,
        FaultKind.Refused => 403,
        FaultKind.Timeout => 504,
        _ => 502,
    };

    private static void Pass(HttpRequest from, HttpRequestHeaders to, string name)
    {
        if (Plain(from.Headers[name]) is { } value)
            to.TryAddWithoutValidation(name, value);
    }

    private static string? Plain(string? value) =>
        value is { Length: > 0 and <= 256 } && !value.AsSpan().ContainsAnyExceptInRange(' ', '~') ? value : null;

    /// <summary>git shows it, and nothing depends on it.</summary>
    private static string NameOf(RemoteUrl remote)
    {
        var name = new StringBuilder();
        foreach (var c in remote.Uri.AbsolutePath.TrimEnd('/').Split('/')[^1])
            name.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_');
        return name.Length == 0 ? "repository" : name.ToString();
    }
}
