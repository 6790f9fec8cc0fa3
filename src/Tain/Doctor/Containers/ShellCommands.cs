using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Containers;

/// <summary>The commands of a RUN, as far as one can tell without being a shell.</summary>
internal static class ShellCommands
{
    private static readonly char[] Spaces = [' ', '\t', '\r'];

    /// <summary>Each command's words, without <c>A=b</c>, <c>sudo</c> and their like before it.</summary>
    public static IEnumerable<string[]> Of(DockerInstruction run) => WithSettings(run).Select(c => c.Words).Where(w => w.Length > 0);

    /// <summary>Each command, with the <c>A=b</c> that stand before it or are exported; without words where there is nothing else.</summary>
    public static IEnumerable<(string[] Words, IEnumerable<string> Settings)> WithSettings(DockerInstruction run)
    {
        var script = run.Script;
        foreach (var flag in run.Flags)
            script = script.Replace(flag.Text, "", StringComparison.Ordinal);
        if (script.TrimStart().StartsWith('['))
            script = script.Replace("\",", " ", StringComparison.Ordinal).Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal);
        foreach (var command in script.Split(['\n', ';', '&', '|', '(', ')', '{', '}']))
        {
            var words = command.Split(Spaces, StringSplitOptions.RemoveEmptyEntries);
            var skip = 0;
            while (skip < words.Length && (words[skip] is "sudo" or "exec" or "time" or "env" or "if" or "then" or "set" or "!" || words[skip].Contains('=', StringComparison.Ordinal) || words[skip].StartsWith('-')))
                skip++;
            var isExport = skip < words.Length && words[skip] == "export";
            yield return (isExport ? [] : words[skip..], (isExport ? words : words.Take(skip)).Where(w => w.Contains('=', StringComparison.Ordinal)));
        }
    }

    /// <summary>The words that are no options.</summary>
    public static IEnumerable<string> Arguments(string[] command) => command.Skip(1).Where(w => !w.StartsWith('-'));
}
