namespace Tain.Doctor.Workplaces;

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
        // A stage's letters' case does not count; the last one that has a name is meant.
        var named = new Dictionary<string, DockerStage>(StringComparer.OrdinalIgnoreCase);
        List<DockerInstruction>? current = null;
        foreach (var instruction in text.Instructions)
        {
            if (instruction.Keyword == "FROM" && !instruction.IsOnBuild)
            {
                var words = instruction.Words;
                var name = words.Count >= 3 && words[1].Text.Equals("AS", StringComparison.OrdinalIgnoreCase) ? words[2].Text : null;
                // "FROM requires either one or three arguments."
                var written = words.Count == 1 || name is not null && words.Count == 3 ? Interpolation.Expand(words[0].Text, arguments.GetValueOrDefault) : null;
                var image = written is null or "" || written.Contains('$', StringComparison.Ordinal) ? null : written;
                var parent = image is null ? null : named.GetValueOrDefault(image);
                stages.Add(new(name, image, parent, words.Count > 0 ? words[0].Line : instruction.Line, current = []) { Written = written });
                if (name is not null)
                    named[name] = stages[^1];
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
                    arguments[pair[0]] = pair.Length > 1 ? Interpolation.Expand(pair[1], arguments.GetValueOrDefault) : null;
                }
            }
        }
        return stages;
    }

    /// <summary>What its FROM says, with the variables whose values nobody knows here.</summary>
    public string? Written { get; init; }

    /// <summary>The image that all of it stands on; null when variables hide it.</summary>
    public string? Root { get; } = Parent is null ? Base : Parent.Root;
}
