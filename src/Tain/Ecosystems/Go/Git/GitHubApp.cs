using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>Tokens of a GitHub App's installation: a JSON Web Token signed with the App's key (RFC 7519, RS256) is exchanged for one that reads
/// repositories for an hour (docs.github.com, "Generating an installation access token"). Kept in memory only; one exchange at a time.</summary>
internal sealed class GitHubApp(GitHost host, StrangerClient web, TimeProvider time)
{
    /// <summary>Clocks differ: GitHub refuses a token from its future.</summary>
    private static readonly TimeSpan Backdated = TimeSpan.FromSeconds(60);

    /// <summary>GitHub allows 10 minutes.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(9);

    /// <summary>A token is not used for the last part of its hour: a fetch that begins with it must end with it.</summary>
    private static readonly TimeSpan Reserve = TimeSpan.FromMinutes(5);

    /// <summary>Answers are below 2 KiB; bytes.</summary>
    private const int MaxAnswer = 64 << 10;

    private const int MaxKeyFile = 64 << 10;

    private readonly Lock gate = new();
    private Task<string>? asking;
    private (string Token, DateTimeOffset Until)? kept;

    private readonly Uri api = host.AppApi ?? new Uri(host.Host == "github.com" ? "https://api.github.com" : $"https://{host.Host}/api/v3");

    /// <summary>Throws <see cref="RepositoryException"/> with what failed; never with the key or a token.</summary>
    public Task<string> TokenAsync(CancellationToken ct)
    {
        Task<string> shared;
        lock (gate)
        {
            if (kept is { } token && time.GetUtcNow() < token.Until)
                return Task.FromResult(token.Token);
            // Nobody's own: who leaves must not end it for the others. StrangerClient.PageTimeout bounds it.
            shared = asking ??= Task.Run(AskAsync, CancellationToken.None);
        }

        return shared.WaitAsync(ct);
    }

    public void Forget()
    {
        lock (gate)
            kept = null;
    }

    private async Task<string> AskAsync()
    {
        try
        {
            var (token, expires) = await ExchangeAsync().ConfigureAwait(false);
            lock (gate)
                kept = (token, expires - Reserve);
            return token;
        }
        finally
        {
            lock (gate)
                asking = null;
        }
    }

    private async Task<(string Token, DateTimeOffset Expires)> ExchangeAsync()
    {
        var who = $"the GitHub App {host.AppId} of {host.Host} (go.git.hosts)";
        var uri = new Uri($"{api.AbsoluteUri.TrimEnd('/')}/app/installations/{Uri.EscapeDataString(host.AppInstallation!)}/access_tokens");
        var ask = new Ask(uri)
        {
            // An administrator named the host.
            IsTrusted = true,
            Method = HttpMethod.Post,
            Authorization = "Bearer " + Sign(who),
            Prepare = static headers =>
            {
                headers.TryAddWithoutValidation("Accept", "application/vnd.github+json");
                headers.TryAddWithoutValidation("X-GitHub-Api-Version", "2022-11-28");
            },
        };
        var page = await web.AskAsync(ask, MaxAnswer, CancellationToken.None).ConfigureAwait(false);
        switch (page)
        {
            case { Fault: { } fault }:
                throw new RepositoryException(fault == FaultKind.NoSuchHost ? FaultKind.Unreachable : fault, $"{who} got no token: {page.Said}");
            case { Status: 401 or 403 or 404 }:
                throw new RepositoryException(FaultKind.Refused, $"{who} was refused a token, HTTP {page.Status}: check app, installation, app-key, and this machine's clock");
            case { Status: not 201 }:
                throw new RepositoryException(page.Status == 429 ? FaultKind.RateLimited : FaultKind.ServerError, $"{who} got no token: HTTP {page.Status}");
            default:
                return Read(page.Body) ?? throw new RepositoryException(FaultKind.Malformed, $"{who} got an answer without a token and when it expires");
        }
    }

    private static (string, DateTimeOffset)? Read(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("token", out var token) && token.ValueKind == JsonValueKind.String && token.GetString() is { Length: > 0 } text
                && json.RootElement.TryGetProperty("expires_at", out var at) && at.ValueKind == JsonValueKind.String
                && DateTimeOffset.TryParse(at.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expires)
                ? (text, expires) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string Sign(string who)
    {
        var now = time.GetUtcNow();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("iat", (now - Backdated).ToUnixTimeSeconds());
            json.WriteNumber("exp", (now + Lifetime).ToUnixTimeSeconds());
            json.WriteString("iss", host.AppId);
            json.WriteEndObject();
        }

        var signed = Base64Url.EncodeToString("""{"alg":"RS256","typ":"JWT"}"""u8) + "." + Base64Url.EncodeToString(buffer.ToArray());
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(ReadKey());
            return signed + "." + Base64Url.EncodeToString(rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            // The exception's own words might quote the file.
            throw new RepositoryException(FaultKind.Refused, $"{who} cannot use its app-key: {e.GetType().Name}");
        }
    }

    private string ReadKey()
    {
        using var file = File.OpenRead(host.AppKey!);
        var bytes = new byte[MaxKeyFile];
        return Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
    }
}
