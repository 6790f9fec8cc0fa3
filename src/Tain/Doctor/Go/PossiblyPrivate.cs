using System.Buffers;
using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;
using Tain.GoModules;

namespace Tain.Doctor.Go;

/// <summary>What anyone may have meant by a GOPRIVATE, GONOPROXY or GONOSUMDB, however it is spelled, whether the go command hears it, and wherever it
/// stands: for probes, which would tell the name. In doubt a module is private.</summary>
internal sealed class PossiblyPrivate
{
    private static readonly string[] Names = ["GOPRIVATE", "GONOPROXY", "GONOSUMDB"];
    private static readonly SearchValues<string> AnyName = SearchValues.Create(Names, StringComparison.Ordinal);

    // Lower case, as the paths that are held against them: the hosts that serve most private code make no difference.
    private readonly List<ModulePatterns> _patterns = [];
    private readonly HashSet<string> _words = new(StringComparer.OrdinalIgnoreCase);
    private bool _isUnclear;

    private PossiblyPrivate()
    {
    }

    public static PossiblyPrivate Read(Scene scene, GoEnvironment settings)
    {
        var result = new PossiblyPrivate();
        result.Add(scene.Team.Private.ToString());
        foreach (var assignment in scene.Workplaces.SelectMany(w => w.Assignments).Concat(settings.AsWorkplace().Assignments))
            result.Add(assignment);
        foreach (var name in Names)
            result.Add(scene.Machine.VariableOrNull(name) ?? "");
        foreach (var broken in settings.BrokenLines.Where(b => Names.Contains(b.Name, StringComparer.Ordinal)))
            result.Add(broken.Meant);
        // GOENV=off, and a file that it names, leave the usual one unheard.
        string[] own = [scene.Machine.InHome(".config/go/env"), Path.Join(scene.Machine.ConfigFolder, "go/env"), settings.EnvFile?.Path ?? "", settings.GoRoot is { } root ? Path.Join(root, "go.env") : ""];
        foreach (var file in own.Where(p => p.Length > 0).Select(scene.Files.ReadOrNull).OfType<TextFile>())
            result.Add(file, TextSyntax.GoEnv);
        foreach (var file in scene.Machine.Profiles().Select(scene.Files.ReadOrNull).OfType<TextFile>())
            result.Add(file, TextSyntax.Shell);
        // Files that could not be parsed, and values that no reader finds: the words of their lines have to do.
        foreach (var file in scene.Paths.Select(scene.Files.ReadOrNull).OfType<TextFile>())
            result.AddWords(file);
        return result;
    }

    public bool Contains(string path)
    {
        if (_isUnclear || _patterns.Exists(p => p.Matches(path.ToLowerInvariant())))
            return true;
        // The owner, or the host of one that is nobody else's.
        var words = Words(PrivateModules.PatternFor(path) is var own && own.IndexOf('/') is > 0 and var slash ? own[(slash + 1)..] : own);
        return words.Count > 0 && words.TrueForAll(_words.Contains);
    }

    private void Add(TextFile file, TextSyntax syntax)
    {
        foreach (var assignment in AssignmentScan.Find(file, Names, 0, file.Text.Length, syntax))
            Add(assignment);
        AddWords(file);
    }

    private void Add(Assignment assignment)
    {
        if (!Names.Contains(assignment.Name, StringComparer.Ordinal))
            return;
        // What a variable will hold, nobody knows here.
        _isUnclear |= assignment.Known.IsComputed;
        if (!_isUnclear)
            Add(assignment.Known.Value);
    }

    private void Add(string list)
    {
        _words.UnionWith(Words(list));
        foreach (var pattern in GoPatternList.Parse(list).Where(p => !p.IsVoid))
        {
            var meant = pattern.Problem is PatternProblem.MatchesNothing ? pattern.Example : pattern.Text;
            if (meant.Length > 0 && ModulePatterns.TryParse(meant.ToLowerInvariant(), out var patterns, out _))
                _patterns.Add(patterns);
            else
                _isUnclear = true;
        }
    }

    /// <summary>The words of each line that names one of the variables, and of those that go on behind it.</summary>
    private void AddWords(TextFile file)
    {
        if (!file.Text.AsSpan().ContainsAny(AnyName))
            return;
        var goesOn = false;
        for (var number = 1; number <= file.LineCount; number++)
        {
            var line = file.Line(number);
            if (!goesOn && !line.ContainsAny(AnyName))
                continue;
            _words.UnionWith(Words(line.ToString()));
            goesOn = line.TrimEnd() is [.., '\\' or ','];
        }
    }

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length; at++)
        {
            var start = at;
            while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '-' or '_'))
                at++;
            if (at > start)
                words.Add(text[start..at]);
        }
        return words;
    }
}
