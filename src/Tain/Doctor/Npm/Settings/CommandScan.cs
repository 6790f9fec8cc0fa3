using System.Text.RegularExpressions;
using Tain.Doctor.Files;

namespace Tain.Doctor.Npm.Settings;

/// <summary>Settings that scripts make: <c>npm config set</c>, <c>--registry=…</c>, lines that are written into an .npmrc.</summary>
internal static partial class CommandScan
{
    /// <summary>Longer lines are data.</summary>
    private const int MaxLine = 4096;

    public static IReadOnlyList<NpmSetting> Find(TextFile file)
    {
        var settings = new List<NpmSetting>();
        var writesNpmrc = file.Text.Contains("npmrc", StringComparison.Ordinal);
        var command = "";
        for (var number = 1; number <= file.LineCount; number++)
        {
            var line = file.Line(number);
            if (line.Length > MaxLine || line.IndexOfAnyExcept(' ', '\t') is var first && (first < 0 || line[first] == '#'))
                continue;
            var text = line.ToString();
            // A \ at the end: what the next line has is this command's.
            command = command.EndsWith('\\') ? command + text : text;
            if (command.Length > MaxLine)
                command = text;
            if (!MayMatter(text))
                continue;
            var start = file.StartOf(number);
            foreach (Match match in SetCommand().Matches(text))
                Add(match, KeyOf(match.Groups["key"].Value), isForPublishing: false);
            if (Tool().IsMatch(command))
            {
                foreach (Match match in Flag().Matches(text))
                    Add(match, match.Groups["key"].Value, Publishing().IsMatch(command));
                if (text.Contains("--no-strict-ssl", StringComparison.Ordinal))
                    settings.Add(new(NpmSetting.StrictSsl, "false", file.AtLine(number)) { WrittenKey = "--no-strict-ssl" });
            }
            if (!writesNpmrc && !text.Contains("_authToken", StringComparison.Ordinal))
                continue;
            foreach (Match match in NpmrcLine().Matches(text))
            {
                if (text.Contains("npmrc", StringComparison.Ordinal) || match.Index == first)
                    Add(match, match.Groups["key"].Value, isForPublishing: false);
            }

            void Add(Match match, string? key, bool isForPublishing)
            {
                var value = match.Groups["value"];
                if (key is not null)
                    settings.Add(new(key, value.Value, file.AtLine(number), start + value.Index, value.Length) { IsForPublishing = isForPublishing, WrittenKey = match.Groups["key"].Value });
            }
        }
        return settings;
    }

    /// <summary>The first line that installs packages; 0 when none does.</summary>
    public static int InstallLineOrZero(TextFile file) => LineOf(file, Install());

    public static bool Publishes(TextFile file) => LineOf(file, Publish()) > 0;

    private static int LineOf(TextFile file, Regex regex)
    {
        for (var number = 1; number <= file.LineCount; number++)
        {
            var line = file.Line(number);
            if (line.Length <= MaxLine && !line.TrimStart().StartsWith("#") && regex.IsMatch(line))
                return number;
        }
        return 0;
    }

    private static bool MayMatter(string text)
        => text.Contains("registry", StringComparison.OrdinalIgnoreCase) || text.Contains("ssl", StringComparison.OrdinalIgnoreCase) || text.Contains("_auth", StringComparison.Ordinal) || text.Contains("_password", StringComparison.Ordinal) || text.Contains("AuthToken", StringComparison.Ordinal);

    /// <summary>npm's key; null for what is none of those that matter.</summary>
    private static string? KeyOf(string key) => key switch
    {
        "registry" or "npmRegistryServer" => NpmSetting.Registry,
        "strict-ssl" or "strictSsl" or "enableStrictSsl" => NpmSetting.StrictSsl,
        "npmAuthToken" => "_authToken",
        "npmAuthIdent" => "_auth",
        _ when key.EndsWith(":registry", StringComparison.Ordinal) || NpmSetting.SecretName(key) is not null => key,
        _ when key.StartsWith("npmScopes.", StringComparison.Ordinal) && key.EndsWith(".npmRegistryServer", StringComparison.Ordinal) => "@" + key["npmScopes.".Length..^".npmRegistryServer".Length] + ":registry",
        _ => null,
    };

    [GeneratedRegex("""\b(?:npm|pnpm|yarn|bun)\s+(?:config\s+)?set\s+(?:(?:-g|--global|-H|--home|--location[= ]\w+)\s+)*["']?(?<key>//[^\s"'=]+|[@\w][\w.@/:-]*)["']?(?:\s*=\s*|\s+)["']?(?<value>[^\s"'&|;]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex SetCommand();

    [GeneratedRegex("""--(?<key>registry|strict-ssl|@[\w.-]+:registry)(?:=|\s+)["']?(?<value>[^\s"'&|;]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex Flag();

    [GeneratedRegex("""(?<![\w:/-])(?<key>(?://[^\s"'=]+:)?_(?:authToken|auth|password)|@[\w.-]+:registry|registry|strict-ssl)\s*=\s*(?<value>[^\s"'\\;&|<>]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex NpmrcLine();

    [GeneratedRegex("""\b(?:npm|npx|pnpm|pnpx|yarn|bun|bunx|cnpm|lerna)\b""", RegexOptions.CultureInvariant)]
    private static partial Regex Tool();

    [GeneratedRegex("""\b(?:publish|unpublish|login|adduser|whoami|view|info|show|dist-tag|deprecate|ping|search)\b""", RegexOptions.CultureInvariant)]
    private static partial Regex Publishing();

    [GeneratedRegex("""\b(?:npm|pnpm|bun)\s+(?:ci|i|install)\b|\byarn(?:\s+install\b|\s+--(?:immutable|frozen-lockfile)\b|\s*$)""", RegexOptions.CultureInvariant)]
    private static partial Regex Install();

    [GeneratedRegex("""\b(?:npm|pnpm|bun|lerna|changeset)\s+publish\b|\bsemantic-release\b""", RegexOptions.CultureInvariant)]
    private static partial Regex Publish();
}
