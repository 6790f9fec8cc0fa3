using System.Diagnostics.CodeAnalysis;
using Tain.Upstream;

namespace Tain.Config;

/// <summary>One entry of <c>go.sources</c>: what holds for this source in whichever chain it stands.</summary>
/// <param name="Name">The source's <see cref="UpstreamSource.Name"/>.</param>
internal sealed record SourceSetting(string Name, bool Private, TimeSpan? ResponseTimeout)
{
    public static readonly TimeSpan MinResponseTimeout = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan MaxResponseTimeout = TimeSpan.FromHours(1);

    /// <summary><c>URL [private] [response-timeout=5s]</c>.</summary>
    public static bool TryParse(string entry, [NotNullWhen(true)] out SourceSetting? setting, [NotNullWhen(false)] out string? error)
    {
        setting = null;
        var words = entry.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words[0] is "direct" or "off" || words[0].IndexOfAny([',', '|']) >= 0)
        {
            error = $"'{ConfigText.Mask(entry)}' does not begin with the URL of one source";
            return false;
        }
        if (!SourceChain.TryParse(words[0], out var chain, out error))
            return false;
        if (chain.Links[0].Source is not { UserInfo: null } source)
        {
            error = $"'{chain}' has credentials: here the bare URL is enough, they stay in the chain or in upstream.netrc";
            return false;
        }

        var isPrivate = false;
        TimeSpan? responseTimeout = null;
        foreach (var word in words.AsSpan(1))
        {
            if (word == "private" && !isPrivate)
            {
                isPrivate = true;
            }
            else if (word.StartsWith("response-timeout=", StringComparison.Ordinal) && responseTimeout is null)
            {
                if (!Duration.TryParse(word["response-timeout=".Length..], out var timeout) || timeout < MinResponseTimeout || timeout > MaxResponseTimeout)
                {
                    error = $"'{ConfigText.Mask(word)}' is not a duration from {Duration.Format(MinResponseTimeout)} to {Duration.Format(MaxResponseTimeout)}, such as response-timeout=5s";
                    return false;
                }
                responseTimeout = timeout;
            }
            else
            {
                error = $"'{ConfigText.Mask(word)}' after {source.Name} is unknown or there twice: private and response-timeout=DURATION are known";
                return false;
            }
        }
        setting = new SourceSetting(source.Name, isPrivate, responseTimeout);
        error = null;
        return true;
    }

    public UpstreamSource Apply(UpstreamSource source) => source with { Private = Private, ResponseTimeout = ResponseTimeout };

    public override string ToString() =>
        Name + (Private ? " private" : "") + (ResponseTimeout is { } timeout ? " response-timeout=" + Duration.Format(timeout) : "");
}
