using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Tain.Http;

namespace Tain.Ecosystems.Go.Direct;

/// <summary><c>POST /api/v1/hooks/{github,gitlab,gitea}</c>: a push makes the lists of the repository's modules new at once, instead of after <c>go.list-ttl</c>.</summary>
/// <param name="secretFile"><c>go.hook-secret-file</c>; read for each call, so that a changed secret holds at once.</param>
internal sealed class PushHooks(PushRefresh refresh, string? secretFile) : IDisposable
{
    /// <summary>A call's body, in bytes. GitHub sends at most 25 MB, for pushes of thousands of commits; what a hook needs stands in any of them.</summary>
    public const int MaxBody = 25 << 20;

    /// <summary>How long a call may take to send its body: it is collected in memory.</summary>
    private static readonly TimeSpan BodyTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Bodies collected at once; more are answered 503, and the sender's redelivery comes later.</summary>
    private const int CallsAtOnce = 4;

    private readonly SemaphoreSlim _calls = new(CallsAtOnce);

    public void Dispose() => _calls.Dispose();

    public async Task HandleAsync(HttpContext context, string host)
    {
        if (host is not ("github" or "gitlab" or "gitea"))
        {
            await AnswerAsync(context, 404, "not found: hooks are /api/v1/hooks/github, gitlab and gitea");
            return;
        }
        if (context.Request.Method != "POST")
        {
            context.Response.Headers.Allow = "POST";
            await AnswerAsync(context, 405, "method not allowed: a hook is a POST");
            return;
        }
        if (Secret(out var why) is not { } secret)
        {
            await AnswerAsync(context, 403, why);
            return;
        }
        // Before the body is read: who has no signature at all gets no place and no memory.
        if (context.Request.Headers[HeaderOf(host)].Count != 1)
        {
            await AnswerAsync(context, 403, $"refused: a push is signed in the header {HeaderOf(host)} (set the secret of go.hook-secret-file in the hook)");
            return;
        }
        if (!_calls.Wait(0))
        {
            await AnswerAsync(context, 503, $"unavailable: {CallsAtOnce} hooks are being read, the limit; deliver it again");
            return;
        }
        try
        {
            await HandleAsync(context, host, secret);
        }
        finally
        {
            _calls.Release();
        }
    }

    private async Task HandleAsync(HttpContext context, string host, byte[] secret)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(BodyTimeout);
        byte[]? body;
        try
        {
            body = await ReadAsync(context, limit.Token);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
            return;
        }
        if (body is null)
            await AnswerAsync(context, 413, $"too large: a hook's body has at most {MaxBody:N0} bytes");
        else if (!IsSigned(context.Request.Headers, host, secret, body))
            await AnswerAsync(context, 403, "refused: the signature does not fit the secret of go.hook-secret-file");
        else if (!TryReadUrls(body, out var urls))
            await AnswerAsync(context, 400, "bad request: the body is not JSON with a repository (set the hook's content type to application/json)");
        else
            // Not the sender's token: it hangs up after some seconds, and what is asked for then is bounded by its own deadlines.
            await AnswerAsync(context, 200, $"refreshed: {await refresh.RunAsync(urls, CancellationToken.None)} modules");
    }

    private static Task AnswerAsync(HttpContext context, int status, string line)
    {
        // A body that was not read ends its connection: the sender must not put its next request on it.
        if (status != 200)
            context.Response.Headers.Connection = "close";
        return ErrorBody.WriteAsync(context, status, ErrorBody.Format(line, []));
    }

    private byte[]? Secret(out string why)
    {
        why = "refused: hooks are off; set go.hook-secret-file to a file that holds the secret";
        if (secretFile is null)
            return null;
        try
        {
            var line = File.ReadLines(secretFile).FirstOrDefault()?.Trim() ?? "";
            why = "refused: the file of go.hook-secret-file is empty";
            return line.Length == 0 ? null : Encoding.UTF8.GetBytes(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            why = "refused: the file of go.hook-secret-file can't be read";
            return null;
        }
    }

    private static async Task<byte[]?> ReadAsync(HttpContext context, CancellationToken ct)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MaxBody + 1;
        if (context.Request.ContentLength > MaxBody)
            return null;
        using var body = new MemoryStream();
        var buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            for (int read; (read = await context.Request.Body.ReadAsync(buffer, ct)) > 0;)
            {
                if (body.Length + read > MaxBody)
                    return null;
                body.Write(buffer, 0, read);
            }
            return body.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string HeaderOf(string host) => host switch
    {
        "gitlab" => "X-Gitlab-Token",
        "gitea" => "X-Gitea-Signature",
        _ => "X-Hub-Signature-256",
    };

    /// <summary>GitHub and Gitea sign the body with HMAC-SHA256; GitLab sends the secret itself.</summary>
    private static bool IsSigned(IHeaderDictionary headers, string host, byte[] secret, byte[] body)
    {
        var sent = headers[HeaderOf(host)].ToString();
        if (host == "gitlab")
            return SameHash(Encoding.UTF8.GetBytes(sent), secret);
        var prefix = host == "github" ? "sha256=" : "";
        if (!sent.StartsWith(prefix, StringComparison.Ordinal) || sent.Length != prefix.Length + (2 * HMACSHA256.HashSizeInBytes))
            return false;
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(secret, body));
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(sent[prefix.Length..].ToLowerInvariant()), Encoding.ASCII.GetBytes(expected));
    }

    // Hashes have one length: how long the secret is stays unknown too.
    private static bool SameHash(byte[] a, byte[] b) => CryptographicOperations.FixedTimeEquals(SHA256.HashData(a), SHA256.HashData(b));

    /// <summary>The repository's URLs: <c>repository</c> of GitHub and Gitea, <c>project</c> of GitLab.</summary>
    private static bool TryReadUrls(byte[] body, [NotNullWhen(true)] out List<string>? urls)
    {
        urls = null;
        try
        {
            using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 64 });
            if (json.RootElement.ValueKind is not JsonValueKind.Object)
                return false;
            var found = new List<string>();
            foreach (var part in new[] { "repository", "project" })
            {
                if (!json.RootElement.TryGetProperty(part, out var repository) || repository.ValueKind is not JsonValueKind.Object)
                    continue;
                foreach (var name in new[] { "clone_url", "ssh_url", "html_url", "git_http_url", "git_ssh_url", "web_url" })
                {
                    if (repository.TryGetProperty(name, out var url) && url.ValueKind is JsonValueKind.String)
                        found.Add(url.GetString()!);
                }
            }
            urls = found;
            return found.Count > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
