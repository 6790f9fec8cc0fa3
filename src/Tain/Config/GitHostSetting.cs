using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Tain.Ecosystems.Go.Git;

namespace Tain.Config;

/// <summary>One entry of <c>go.git.hosts</c>: the credentials of one host, all of them in files.</summary>
internal static class GitHostSetting
{
    public const string Syntax = "HOST token-file=FILE [user=NAME], HOST ssh-key=FILE known-hosts=FILE, or HOST app=ID installation=ID app-key=FILE [app-api=URL]";

    private static readonly string[] Known = ["token-file", "user", "ssh-key", "known-hosts", "app", "installation", "app-key", "app-api"];

    public static bool TryParse(string entry, [NotNullWhen(true)] out GitHost? host, [NotNullWhen(false)] out string? error)
    {
        host = null;
        var words = entry.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var name = words[0].ToLowerInvariant();
        if (!IsHost(name))
        {
            error = $"'{MaskWord(words[0])}' is not a host: write its name as in URLs, with :PORT if it has one of its own";
            return false;
        }
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in words.AsSpan(1))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? "" : word[..equals];
            if (!Known.Contains(key) || !values.TryAdd(key, word[(equals + 1)..]) || values[key].Length == 0)
            {
                // What is not known may be a secret: only its key is repeated.
                error = $"'{MaskWord(word)}' after {name} is unknown, empty or there twice: {string.Join(", ", Known)} are known, each with =VALUE";
                return false;
            }
        }
        return TryBuild(name, values, out host, out error);
    }

    private static bool TryBuild(string name, Dictionary<string, string> values, [NotNullWhen(true)] out GitHost? host, [NotNullWhen(false)] out string? error)
    {
        host = null;
        error = null;
        string[] allowed = values.ContainsKey("token-file") ? ["token-file", "user"]
            : values.ContainsKey("ssh-key") ? ["ssh-key", "known-hosts"]
            : ["app", "installation", "app-key", "app-api"];
        if (values.Keys.FirstOrDefault(k => !allowed.Contains(k)) is { } stranger)
            error = $"{name} has {stranger}= beside {values.Keys.FirstOrDefault(allowed.Contains) ?? "no credential"}: a host has one of token-file (with user), ssh-key with known-hosts, and app with installation and app-key";
        else if (values.ContainsKey("ssh-key") && !values.ContainsKey("known-hosts"))
            error = $"{name} has an ssh-key without known-hosts: without the host's key anyone could be {name}; ssh-keyscan prints it, compare it with what the host publishes";
        else if (allowed.Length == 4 && !(values.ContainsKey("app") && values.ContainsKey("installation") && values.ContainsKey("app-key")))
            error = values.Count == 0 ? $"{name} has no credential: write {Syntax}" : $"{name} needs app=, installation= and app-key= together";
        if (error is not null)
            return false;

        foreach (var key in new[] { "token-file", "ssh-key", "known-hosts", "app-key" })
        {
            if (values.TryGetValue(key, out var path) && WhyNot(key, path) is { } reason)
            {
                error = $"{key} of {name}, '{SecretFile.Shown(path)}', {reason}";
                return false;
            }
        }
        Uri? api = null;
        if (values.TryGetValue("app-api", out var url)
            && (!Uri.TryCreate(url, UriKind.Absolute, out api) || !(api.Scheme == "https" || (api.Scheme == "http" && api.IsLoopback))
                || api.UserInfo.Length > 0 || api.Query.Length > 0 || api.Fragment.Length > 0))
        {
            error = $"app-api of {name} is not an https URL without user, query and fragment, such as https://{name}/api/v3";
            return false;
        }
        if (values.TryGetValue("user", out var user) && user.AsSpan().ContainsAny(':', '@', '/'))
        {
            error = $"user of {name} is not a user name: it has a colon, an at sign or a slash";
            return false;
        }
        foreach (var key in new[] { "app", "installation" })
        {
            if (values.TryGetValue(key, out var id) && !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            {
                error = $"{key} of {name} is not an id: digits for an App or an installation, or a client id such as Iv23liABC";
                return false;
            }
        }

        host = new GitHost(WithoutOwnPort(name, values.ContainsKey("ssh-key") ? ":22" : ":443"))
        {
            TokenFile = values.GetValueOrDefault("token-file"),
            SshKey = values.GetValueOrDefault("ssh-key"),
            KnownHosts = values.GetValueOrDefault("known-hosts"),
            AppId = values.GetValueOrDefault("app"),
            AppInstallation = values.GetValueOrDefault("installation"),
            AppKey = values.GetValueOrDefault("app-key"),
            AppApi = api,
        };
        if (user is not null)
            host = host with { User = user };
        return true;
    }

    private static string WithoutOwnPort(string name, string port) => name.EndsWith(port, StringComparison.Ordinal) ? name[..^port.Length] : name;

    public static string Format(GitHost host)
    {
        var text = new StringBuilder(host.Host);
        Append("token-file", host.TokenFile);
        if (host.TokenFile is not null && host.User != new GitHost("").User)
            Append("user", host.User);
        Append("ssh-key", host.SshKey);
        Append("known-hosts", host.KnownHosts);
        Append("app", host.AppId);
        Append("installation", host.AppInstallation);
        Append("app-key", host.AppKey);
        Append("app-api", host.AppApi?.OriginalString);
        return text.ToString();

        void Append(string key, string? value)
        {
            if (value is not null)
                text.Append(' ').Append(key).Append('=').Append(value);
        }
    }

    /// <summary>The setting's text fit for a message: somebody may have written a token where a file belongs.</summary>
    public static string Mask(string text) => string.Join(';', text.Split(';').Select(MaskEntry));

    private static string MaskEntry(string entry)
    {
        var words = entry.Split(' ');
        var host = Array.FindIndex(words, w => w.Length > 0);
        for (var i = 0; i < words.Length; i++)
            words[i] = i == host && IsHost(words[i].ToLowerInvariant()) ? words[i] : MaskWord(words[i]);
        return string.Join(' ', words);
    }

    private static string MaskWord(string word)
    {
        if (word.Length == 0)
            return word;
        var key = word[..Math.Max(word.IndexOf('=', StringComparison.Ordinal), 0)];
        if (!Known.Contains(key))
            return key.Length == 0 || ConfigText.NearestOrNull(key, Known) is null ? "***" : key + "=***";
        return key is "token-file" or "ssh-key" or "known-hosts" or "app-key" ? $"{key}={SecretFile.Shown(word[(key.Length + 1)..])}" : ConfigText.Mask(word);
    }

    // A dot, so that a token is not taken for one; localhost and machines of one's own network have none, and are short.
    private static bool IsHost(string text) =>
        (text.Contains('.', StringComparison.Ordinal) || text.Contains(':', StringComparison.Ordinal) || text.Length <= 15)
        && Uri.TryCreate("https://" + text + "/", UriKind.Absolute, out var uri) && uri.Host.Length > 0 && uri.UserInfo.Length == 0 && uri.AbsolutePath == "/"
        && (uri.Authority == text || uri.Host + ":443" == text) && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static string? WhyNot(string key, string path)
    {
        if (key == "token-file")
            return SecretFile.TryCheck(path, out var error) ? null : error;
        if (!SecretFile.TryRead(path, out var text, out var reason))
            return reason;
        if (key == "known-hosts")
            return string.IsNullOrWhiteSpace(text) ? "is empty: it must hold the host's key" : null;
        if (!text.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            return "is not a private key: it has no line -----BEGIN … PRIVATE KEY-----";
        if (key == "ssh-key")
            return null;
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(text);
            return null;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            return "is not a PEM file of one RSA private key without a password, which is what a GitHub App has";
        }
    }
}
