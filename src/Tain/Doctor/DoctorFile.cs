using Tain.Doctor.Files;
using Tain.GoModules;
using YamlDotNet.RepresentationModel;

namespace Tain.Doctor;

/// <summary>What a team tells the doctor about itself, in <c>.tain-doctor.yaml</c> beside its code. All of it is optional.</summary>
internal sealed record DoctorFile
{
    public const string Name = ".tain-doctor.yaml";

    /// <summary><c>private</c>: GOPRIVATE patterns of modules that are the company's own.</summary>
    public ModulePatterns Private { get; init; } = ModulePatterns.None;

    /// <summary><c>public</c>: patterns of modules that look private and are not.</summary>
    public ModulePatterns Public { get; init; } = ModulePatterns.None;

    /// <summary><c>npm-scopes</c>: scopes that are the company's own, such as <c>@acme</c>.</summary>
    public IReadOnlyList<string> NpmScopes { get; init; } = [];

    /// <summary><c>images</c>: what images may come from, as prefixes of whole elements: <c>registry.corp.example</c>, <c>docker.io/library</c>. Empty allows all.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary><c>ignore</c>: <c>ID</c>, or <c>ID PATH</c> with a path as the doctor shows it, which may end in <c>*</c>.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Reads it; <paramref name="problems"/> gets all that is wrong with it, each with its line and remedy.</summary>
    public static DoctorFile Load(string folder, FileReader files, List<string> problems)
    {
        var path = Path.Join(folder, Name);
        if (files.ReadOrNull(path) is not { } file)
            return new();
        var result = new DoctorFile();
        if (!YamlFile.TryParse(file.Text, out var documents, out var line, out var error))
        {
            problems.Add($"{file.Shown}:{line}: is no valid YAML: {FileReader.WithoutQuotes(error)}");
            return result;
        }
        if (documents is [] || documents[0].RootNode is YamlScalarNode { Value: "" or null })
            return result;
        if (documents[0].RootNode is not YamlMappingNode root)
        {
            problems.Add($"{file.Shown}: is no mapping: write keys such as private: or ignore:");
            return result;
        }
        foreach (var (key, value) in root.Children)
        {
            var name = key.TextOrNull() ?? "";
            var at = $"{file.Shown}:{key.Start.Line}: {Shown(name)}";
            if (!Examples.TryGetValue(name, out var example))
            {
                problems.Add($"{file.Shown}:{key.Start.Line}: '{Shown(name)}' is no key of this file: private, public, npm-scopes, images and ignore are");
                continue;
            }
            var entries = EntriesOf(value, name == "ignore", (node, right) => problems.Add($"{file.Shown}:{node.Start.Line}: {Shown(name)}: wants a list of words: write {Shown(right ?? example, 120)}"));
            var words = entries.ConvertAll(e => e.Word);
            if (name is "private" or "public")
            {
                if (!ModulePatterns.TryParse(string.Join(',', words), out var patterns, out var why))
                    problems.Add($"{at}: {Shown(why, 300)}");
                else if (Go.GoPatternList.Parse(string.Join(',', words)).FirstOrDefault(p => p.Problem is Go.PatternProblem.MatchesNothing) is { } nothing)
                    problems.Add($"{at}: the pattern '{Shown(nothing.Text)}' can match no module{(nothing.Example.Length > 0 ? $": write {Shown(nothing.Example)}" : "")}");
                else
                    result = name == "private" ? result with { Private = patterns } : result with { Public = patterns };
            }
            else if (name == "npm-scopes")
                result = result with { NpmScopes = [.. words.Select(w => w.StartsWith('@') ? w : "@" + w)] };
            else if (name == "images")
                result = result with { Images = words };
            else if (name == "ignore")
            {
                foreach (var (word, node) in entries.Where(e => Pitfalls.OrNull(e.Word.Split(' ')[0]) is null))
                {
                    var remedy = Config.ConfigText.NearestOrNull(word.Split(' ')[0], Pitfalls.All.Select(p => p.Id)) is { } near ? $"did you mean {near}?" : "tain doctor --list prints them";
                    problems.Add($"{file.Shown}:{node.Start.Line}: {Shown(name)}: '{Shown(word)}' names no check: {remedy}");
                }
                result = result with { Ignore = words };
            }
        }
        return result;
    }

    /// <summary>Whether the team said that this finding is none.</summary>
    public bool Ignores(Finding finding)
    {
        foreach (var entry in Ignore)
        {
            var words = entry.Split(' ', 2, StringSplitOptions.TrimEntries);
            if (words[0] != finding.Pitfall.Id)
                continue;
            var path = finding.Place.File?.Shown ?? "";
            if (words.Length == 1 || words[1] == path || (words[1].EndsWith('*') && path.StartsWith(words[1][..^1], StringComparison.Ordinal)))
                return true;
        }
        return false;
    }

    /// <summary>What somebody wrote, fit for a message: an address may have a password.</summary>
    private static string Shown(string text, int max = 80) => Upstream.Secrets.OneLine(Reports.Redaction.Clean(Credentials.MaskValue(text)), max);

    /// <summary>The keys, each with a value that is right.</summary>
    private static readonly Dictionary<string, string> Examples = new(StringComparer.Ordinal)
    {
        ["private"] = "private: git.corp.example,github.com/acme",
        ["public"] = "public: git.corp.example/open",
        ["npm-scopes"] = "npm-scopes: [\"@acme\"]",
        ["images"] = "images: [registry.corp.example]",
        ["ignore"] = "ignore: [container-not-pinned overlays/*]",
    };

    /// <summary>The words of a value, each with its place.</summary>
    /// <param name="arePairs">Whether an entry has two parts: <c>ID: PATH</c> is where a space was meant, and is looked at as if it had one.</param>
    /// <param name="wrong">Gets each entry that is no word, and how it is written as one, where that can be told.</param>
    private static List<(string Word, YamlNode Node)> EntriesOf(YamlNode value, bool arePairs, Action<YamlNode, string?> wrong)
    {
        if (value is YamlScalarNode { Value: { } text })
            return [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(w => (w, value))];
        var entries = new List<(string Word, YamlNode Node)>();
        foreach (var node in value is YamlSequenceNode list ? list.Children : [value])
        {
            if (node is YamlScalarNode scalar)
            {
                entries.Add((scalar.Value ?? "", node));
                continue;
            }
            var meant = arePairs && node is YamlMappingNode { Children.Count: 1 } map && (map.Children.First().Key.TextOrNull(), map.Children.First().Value.TextOrNull()) is ({ } id, { } path) ? $"{id} {path}" : null;
            wrong(node, meant);
            if (meant is not null)
                entries.Add((meant, node));
        }
        return entries;
    }
}
