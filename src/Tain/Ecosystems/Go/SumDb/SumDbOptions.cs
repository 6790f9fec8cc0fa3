using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Tain.TransparencyLog;
using Tain.Upstream;

namespace Tain.Ecosystems.Go.SumDb;

/// <summary>What becomes of public modules while the checksum database can't be asked.</summary>
internal enum WhenUnavailable { Refuse, ServeUnverified }

/// <summary>A checksum database, as GOSUMDB names it: <c>NAME</c> of a known one, <c>NAME+KEY</c>, and perhaps a space and its URL
/// (<c>go help module-auth</c>; cmd/go/internal/modfetch/sumdb.go, dbDial).</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Direct">Where it is asked when no proxy has it.</param>
internal sealed record SumDbOptions(string Text, VerifierKey Key, UpstreamSource Direct)
{
    /// <summary>The public database and its pinned key (go.dev/ref/mod, "Checksum database").</summary>
    public const string PublicKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["sum.golang.org"] = PublicKey,
        // The same database by another address.
        ["sum.golang.google.cn"] = PublicKey + " https://sum.golang.google.cn",
    };

    /// <summary>The public one.</summary>
    public static SumDbOptions Public { get; } = TryParse("sum.golang.org", out var options, out var error) ? options : throw new FormatException(error);

    public string Name => Key.Name;

    /// <summary>What is kept of it is kept under this: another key is another log, whatever its name.</summary>
    public string Log => string.Create(CultureInfo.InvariantCulture, $"{Key.Name}+{Key.KeyId:x8}");

    /// <summary>How a client's GOSUMDB names it: without a URL, by which the go command would ask past its proxies. So the
    /// alias sum.golang.google.cn won't do either, nor need the go command be told the key that it has built in.</summary>
    public string ClientText => Key.ToString() == PublicKey ? Key.Name : Key.ToString();

    public static bool TryParse(string text, [NotNullWhen(true)] out SumDbOptions? value, [NotNullWhen(false)] out string? error)
    {
        value = null;
        var words = (Known.GetValueOrDefault(text) ?? text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        // As cmd/go has it: the key of a known name, whatever its address.
        if (words.Length == 2 && Known.TryGetValue(words[0], out var known))
            words[0] = known.Split(' ')[0];
        if (words.Length is 0 or > 2)
        {
            error = "is not a GOSUMDB value: write a name, or NAME+KEY, and perhaps a space and the database's URL; off for none";
            return false;
        }
        if (!words[0].Contains('+', StringComparison.Ordinal))
        {
            error = $"has no key: only {string.Join(" and ", Known.Keys)} are known by name; write NAME+HASH+KEY, as whoever runs the database publishes it";
            return false;
        }
        if (!VerifierKey.TryParse(words[0], out var key, out error))
        {
            error = $"has a key that is not one: {error}";
            return false;
        }
        if (key.Name.Any(char.IsControl))
        {
            error = "has a key whose name has a control character: write it as whoever runs the database publishes it";
            return false;
        }
        var url = words.Length == 2 ? words[1] : "https://" + key.Name;
        if (!SourceChain.TryParse(url, out var chain, out error) || chain.Links is not [{ Source: { } source }])
        {
            error = $"has a URL that is not one: {error ?? "write one URL"}";
            return false;
        }
        value = new(text, key, source);
        return true;
    }
}
