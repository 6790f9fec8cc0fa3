using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Fixes;

/// <summary>What was mended in a shell's profile: shells that are opened from now on have it, this process and the shell that it was started from do not.</summary>
internal static class NewShell
{
    private static readonly Words Note = new("This shell still has the old {names}: open a new one.", "当前 shell 中的 {names} 仍是原来的值：请打开新的 shell。");

    /// <summary>The machine as a new shell has it.</summary>
    /// <param name="note">What to tell; null when there is nothing that a new shell would have and this one has not.</param>
    public static Machine Of(Machine machine, IReadOnlyList<MendedFile> files, Language language, out string? note)
    {
        var environment = machine.Environment.ToDictionary(StringComparer.Ordinal);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var file in files.Where(f => machine.Profiles().Contains(f.Path, StringComparer.Ordinal)))
        {
            foreach (var name in Checkup.Variables)
            {
                if (LastOrNull(file, name, file.Before ?? "") is { } before && machine.VariableOrNull(name) == before && LastOrNull(file, name, file.After) is { } after && after != before)
                {
                    environment[name] = after;
                    names.Add(name);
                }
            }
        }
        note = names.Count == 0 ? null : Note.In(language, [new("names", string.Join(", ", names))]);
        return machine with { Environment = environment };
    }

    private static string? LastOrNull(MendedFile file, string name, string text)
        => AssignmentScan.Find(new TextFile(file.Path, file.Shown, text), [name], 0, text.Length).LastOrDefault()?.Value;
}
