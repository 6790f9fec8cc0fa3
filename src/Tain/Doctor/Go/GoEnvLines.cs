using System.Text.RegularExpressions;
using Tain.Doctor.Files;
using Tain.Doctor.Fixes;

namespace Tain.Doctor.Go;

/// <summary>A line that gives a variable a value for whoever reads it, and not, or another one, for the go command.</summary>
/// <param name="Why">What the line does, behind "that".</param>
/// <param name="Meant">The value, or what another check would have in its place.</param>
/// <param name="Fix">The line as <c>go env -w</c> would have written it; null when a shell would put something in its place, or when it is better not heard.</param>
internal sealed record BrokenLine(string Name, Place Place, Words Why, string Meant, Edit? Fix)
{
    /// <summary>Another line that gives the variable a value: to have this one heard too would hide what that one says. 0 for none.</summary>
    public int Other { get; init; }
}

/// <summary>Lines of the file of <c>go env -w</c> that were not written by it. The go command reads NAME=value up to a \n, where the name begins with
/// a capital and all behind the = is the value, and passes over the rest in silence (readEnvFile in cmd/go/internal/cfg/cfg.go).</summary>
internal static partial class GoEnvLines
{
    private static readonly Words ByteOrderMark = new("begins with a byte order mark", "以字节顺序标记（BOM）开头");
    private static readonly Words Indented = new("begins with a space", "以空格开头");
    private static readonly Words Command = new("begins with a shell's command", "以 shell 的命令开头");
    private static readonly Words SpacedName = new("has a space before the =, which becomes a part of the name", "在 = 之前有空格，空格会成为名称的一部分");
    private static readonly Words SpacedValue = new("has a space beside the value, which becomes a part of it", "在值的旁边有空格，空格会成为值的一部分");
    private static readonly Words CarriageReturn = new("ends in a carriage return, which becomes a part of the value", "以回车符（CR）结尾，回车符会成为值的一部分");

    /// <summary>Variables whose value is compared as it stands; of GOPROXY's entries the go command trims the spaces, and by them it splits GOFLAGS.</summary>
    private static readonly string[] Exact = ["GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOSUMDB", "GOTOOLCHAIN", "GO111MODULE"];

    public static IReadOnlyList<BrokenLine> Find(TextFile file)
    {
        var broken = new List<BrokenLine>();
        var sound = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var number = 1; number <= file.LineCount; number++)
        {
            var start = file.StartOf(number);
            var end = file.Text.IndexOf('\n', start) is >= 0 and var newline ? newline : file.Text.Length;
            if (end - start > Workplaces.Surroundings.MaxLine || Line().Match(file.Text[start..end]) is not { Success: true } line)
                continue;
            var name = line.Groups["name"].Value;
            var isExact = Exact.Contains(name, StringComparer.Ordinal);
            var why = line.Groups["bom"].Success ? ByteOrderMark
                : line.Groups["indent"].Length > 0 ? Indented
                : line.Groups["command"].Success ? Command
                : line.Groups["before"].Length > 0 ? SpacedName
                : isExact && line.Groups["end"].Length > 0 ? CarriageReturn
                : isExact && line.Groups["after"].Length + line.Groups["behind"].Length > 0 ? SpacedValue
                : null;
            if (why is null)
                sound[name] = number;
            // Nobody is the worse for a line that would only switch checks off.
            if (why is null || name is "GOINSECURE")
                continue;
            var value = line.Groups["value"].Value;
            // A shell would have taken its quotes off.
            if (line.Groups["command"].Success && value is ['"', .., '"'] or ['\'', .., '\''])
                value = value[1..^1];
            value = (name, value) switch { ("GOSUMDB", "off") => "sum.golang.org", ("GO111MODULE", "off") => "on", _ => value };
            // A pattern that covers what is everyone's is better not heard.
            var isWide = name is "GOPRIVATE" or "GONOPROXY" or "GONOSUMDB" && GoPatternList.Parse(value).Any(p => p.Problem is PatternProblem.TooWide);
            broken.Add(new(name, file.AtLine(number), why, value, isWide || value.AsSpan().ContainsAny("$`\"'\\") ? null : new Edit(file, start, end - start, $"{name}={value}")));
        }
        return [.. broken.Select(b => OtherOf(b) is > 0 and var other ? b with { Fix = null, Other = other } : b)];

        // Of two that say different things, a person has to say which was meant.
        int OtherOf(BrokenLine line) => sound.TryGetValue(line.Name, out var number) ? number : broken.Find(b => b.Name == line.Name && b.Meant != line.Meant)?.Place.Line ?? 0;
    }

    [GeneratedRegex(@"^(?<bom>\ufeff)?(?<indent>[ \t]*)(?:(?<command>export|set)[ \t]+)?(?<name>[A-Z][A-Z0-9_]*)(?<before>[ \t]*)=(?<after>(?>[ \t]*))(?<value>(?:[^\r]*[^\r \t])?)(?<behind>[ \t]*)(?<end>\r*)$")]
    private static partial Regex Line();
}
