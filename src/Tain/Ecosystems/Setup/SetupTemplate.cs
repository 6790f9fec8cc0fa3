using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Tain.Ecosystems.Setup;

/// <summary>The page for people, filled in. It is one answer, with its style and its script in it: whatever path a proxy in front gives this server, nothing else has to be found.</summary>
internal static partial class SetupTemplate
{
    private static readonly string Frame = SetupResource.Read("frame.html");
    private static readonly string Style = SetupResource.Read("setup.css");
    private static readonly string Script = SetupResource.Read("setup.js");

    /// <summary>Nothing but what is in the page: the style and the script by their hashes, and the icon, which is a data URL.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src '{HashOf(Style)}'; script-src '{HashOf(Script)}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>The page with this part (<c>PART.html</c>) in it.</summary>
    /// <param name="note">Another part, for where the first one has its note.</param>
    /// <param name="values">What <c>{{v.NAME}}</c> stands for; encoded here.</param>
    public static string Render(SetupLanguage language, string part, string? note, IReadOnlyDictionary<string, string> values)
    {
        var other = language == SetupLanguage.English ? SetupLanguage.Chinese : SetupLanguage.English;
        return Fill(Frame);

        // Values are encoded and never filled again: nothing in them is a placeholder.
        string Fill(string template) => Placeholder().Replace(template, match => match.Groups[1].Value switch
        {
            "main" => Fill(SetupResource.Read(part + ".html")),
            "note" => note is null ? "" : Fill(SetupResource.Read(note + ".html")),
            "style" => Style,
            "script" => Script,
            "lang" => language.Tag,
            "other-code" => other.Code,
            "other-lang" => other.Tag,
            ['v', '.', .. var name] => WebUtility.HtmlEncode(values[name]),
            ['t', '.', .. var name] => Fill(language.Texts[name]),
            var unknown => throw new InvalidOperationException($"no placeholder is called {unknown}"),
        });
    }

    private static string HashOf(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex(@"\{\{([A-Za-z.-]+)\}\}")]
    private static partial Regex Placeholder();
}
