using System.Collections.Frozen;
using Microsoft.Net.Http.Headers;
using Tain.Http;

namespace Tain.Ecosystems.Setup;

/// <summary>A language of the page: its texts are <c>CODE.txt</c>, lines of <c>key: text</c>; a text is HTML and may hold <c>{{v.…}}</c>.</summary>
internal sealed class SetupLanguage
{
    public static SetupLanguage English { get; } = new("en", "en");
    public static SetupLanguage Chinese { get; } = new("zh", "zh-Hans");

    private SetupLanguage(string code, string tag)
    {
        (Code, Tag) = (code, tag);
        Texts = SetupResource.Read(code + ".txt").Split('\n').Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(": ", 2)).ToFrozenDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
    }

    /// <summary>As in <c>?lang=</c>.</summary>
    public string Code { get; }

    /// <summary>BCP 47, for <c>lang</c> attributes.</summary>
    public string Tag { get; }

    public FrozenDictionary<string, string> Texts { get; }

    /// <summary><c>?lang=</c> if it is one, else what the browser likes best (RFC 9110 12.5.4), else English.</summary>
    public static SetupLanguage Of(HttpRequest request, RawTarget target)
    {
        if (target.TryGetQuery("lang", out var wanted) && ByCodeOrNull(wanted) is { } asked)
            return asked;
        // A list that can't be read is empty; the sort is stable, so the first of equals stays first.
        return request.GetTypedHeaders().AcceptLanguage.Where(l => l.Quality is not 0).OrderByDescending(l => l.Quality ?? 1)
            .Select(OfRangeOrNull).FirstOrDefault(l => l is not null) ?? English;
    }

    private static SetupLanguage? OfRangeOrNull(StringWithQualityHeaderValue range)
        => range.Value.Value?.Split('-')[0].ToLowerInvariant() is { } code ? ByCodeOrNull(code) : null;

    private static SetupLanguage? ByCodeOrNull(string code) => code switch
    {
        "en" => English,
        "zh" => Chinese,
        _ => null,
    };
}
