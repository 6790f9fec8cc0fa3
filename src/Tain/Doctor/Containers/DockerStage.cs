using System.Text;

namespace Tain.Doctor.Containers;

/// <summary>What a Dockerfile builds from one <c>FROM</c> to the next.</summary>
/// <param name="Base">What it is built from: an image, or an earlier stage; null when variables hide it.</param>
/// <param name="Parent">The earlier stage that it goes on from; null for an image.</param>
/// <param name="Line">Of its FROM.</param>
internal sealed record DockerStage(string? Name, string? Base, DockerStage? Parent, int Line, IReadOnlyList<DockerInstruction> Instructions)
{
    /// <summary>The stages of a Dockerfile, in order.</summary>
    public static IReadOnlyList<DockerStage> Of(DockerfileText text)
    {
        var stages = new List<DockerStage>();
        // Only what an ARG before the first FROM says can stand in a FROM.
        var arguments = new Dictionary<string, string?>(StringComparer.Ordinal);
        List<DockerInstruction>? current = null;
        foreach (var instruction in text.Instructions)
        {
            if (instruction.Keyword == "FROM" && !instruction.IsOnBuild)
            {
                var words = instruction.Words;
                var name = words.Count >= 3 && words[1].Text.Equals("AS", StringComparison.OrdinalIgnoreCase) ? words[2].Text : null;
                // "FROM requires either one or three arguments."
                var image = words.Count == 1 || name is not null && words.Count == 3 ? Expand(words[0].Text, arguments) : null;
                var parent = image is null ? null : FindOrNull(stages, image);
                stages.Add(new(name, image, parent, words.Count > 0 ? words[0].Line : instruction.Line, current = []));
            }
            else if (current is not null)
            {
                current.Add(instruction);
            }
            else if (instruction.Keyword == "ARG")
            {
                foreach (var word in instruction.Words)
                {
                    var pair = word.Text.Split('=', 2);
                    arguments[pair[0]] = pair.Length > 1 ? Expand(pair[1], arguments) : null;
                }
            }
        }
        return stages;
    }

    /// <summary>The stage of that name, whose letters' case does not count; the last one that has it.</summary>
    public static DockerStage? FindOrNull(IReadOnlyList<DockerStage> stages, string name)
        => stages.LastOrDefault(s => s.Name is not null && s.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The image that all of it stands on; null when variables hide it.</summary>
    public string? Root => Parent is null ? Base : Parent.Root;

    /// <summary>The text with its variables; null when one of them is not known here.</summary>
    private static string? Expand(string text, Dictionary<string, string?> arguments)
    {
        // A name has no more; and what is nested deeper than this is none.
        if (text.Length > 4096)
            return null;
        var result = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            if (text[at] != '$')
            {
                result.Append(text[at++]);
                continue;
            }
            var isBraced = at + 1 < text.Length && text[at + 1] == '{';
            var start = at + (isBraced ? 2 : 1);
            var end = start;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
                end++;
            if (end == start)
                return null;
            var value = arguments.GetValueOrDefault(text[start..end]);
            if (!isBraced)
            {
                at = end;
            }
            else
            {
                var close = CloseOf(text, end);
                if (close < 0)
                    return null;
                var operation = text[end..close];
                at = close + 1;
                if (operation.StartsWith(":-", StringComparison.Ordinal))
                    value = string.IsNullOrEmpty(value) ? Expand(operation[2..], arguments) : value;
                else if (operation.StartsWith('-'))
                    value ??= Expand(operation[1..], arguments);
                else if (operation.Length > 0)
                    return null;
            }
            if (value is null)
                return null;
            result.Append(value);
        }
        return result.Length == 0 ? null : result.ToString();
    }

    /// <summary>Where the brace that is open ends; -1 when it does not.</summary>
    private static int CloseOf(string text, int from)
    {
        var depth = 1;
        for (var at = from; at < text.Length; at++)
        {
            if (text[at] == '{')
                depth++;
            else if (text[at] == '}' && --depth == 0)
                return at;
        }
        return -1;
    }
}
