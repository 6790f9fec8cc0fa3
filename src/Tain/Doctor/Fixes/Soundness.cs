using System.Text.Json;
using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Fixes;

/// <summary>The net under the fixes: a mended file is parsed again as what it is, and must say what it said but for what was mended.
/// Knows nothing of how the edits came about.</summary>
internal static class Soundness
{
    /// <param name="edits">All that were made, of all rounds, each with the text that it was made in.</param>
    public static bool IsSound(TextFile before, string after, IReadOnlyList<Edit> edits)
    {
        var isJson = before.Name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || before.Name.EndsWith(".code-workspace", StringComparison.OrdinalIgnoreCase);
        if (!isJson && !edits.All(e => IsChange(e) || IsRemoval(e) || IsAddition(e) || IsRewrite(e)))
            return false;
        var mended = new TextFile(before.Path, before.Shown, after);
        var sink = new FileReader("/", "/");
        var name = before.Name;
        if (WorkplaceNames.IsDockerfile(name))
            return DockerfileLexer.ParseOrNull(before, sink) is { } old && DockerfileLexer.ParseOrNull(mended, sink) is { } now && IsSame(old, now, edits);
        if (WorkplaceNames.IsYaml(name))
            return YamlFile.TryParse(before.Text, out var old, out _, out _) && YamlFile.TryParse(after, out var now, out _, out _) && IsSame(Tree.Of(old), Tree.Of(now), edits);
        if (isJson)
            return JsonFile.ParseOrNull(before, sink) is { } old && JsonFile.ParseOrNull(mended, sink) is { } now && IsSame(Tree.Of(old), Tree.Of(now), edits);
        if (name.EndsWith(".toml", StringComparison.OrdinalIgnoreCase))
            return TomlFile.ParseOrNull(before, sink) is { } old && TomlFile.ParseOrNull(mended, sink) is { } now && IsSame(Tree.Of(old), Tree.Of(now), edits);
        return edits.All(e => !IsChange(e) || Quotes(e.Text) == Quotes(Old(e)) || (Quotes(e.Text) == 0 && IsPaired(Old(e))) || (TakesQuotes(name) && e.Text is ['"', .., '"'] && Quotes(e.Text) == 2 && Quotes(Old(e)) == 0));
    }

    /// <summary>Within a line.</summary>
    private static bool IsChange(Edit edit) => !HasLineEnd(edit.Text) && !HasLineEnd(Old(edit)) && !IsRemoval(edit);

    /// <summary>Whole lines.</summary>
    private static bool IsRemoval(Edit edit)
    {
        var (text, end) = (edit.File.Text, edit.Start + edit.Length);
        return edit is { Text: "", Length: > 0 } && (edit.Start == 0 || text[edit.Start - 1] == '\n' || (edit.Start == 1 && text[0] == '\ufeff')) && (end == text.Length || text[end - 1] == '\n');
    }

    /// <summary>A whole line, whose carriage return goes.</summary>
    private static bool IsRewrite(Edit edit)
    {
        var (text, end) = (edit.File.Text, edit.Start + edit.Length);
        return edit.Text.Length > 0 && !HasLineEnd(edit.Text) && (edit.Start == 0 || text[edit.Start - 1] == '\n') && (end == text.Length || text[end] == '\n') && !HasLineEnd(Old(edit).TrimEnd('\r'));
    }

    /// <summary>Whether a text leaves a string open or closed as it was before it.</summary>
    private static bool IsPaired(string text) => !text.Contains('\\', StringComparison.Ordinal) && text.AsSpan().Count('"') % 2 == 0 && text.AsSpan().Count('\'') % 2 == 0;

    private static bool IsAddition(Edit edit) => edit.Length == 0 && edit.Start == edit.File.Text.Length && edit.Text.EndsWith('\n');

    /// <summary>A tree may differ by a value for each value that was changed, and by what was on lines that were removed or added.</summary>
    private static bool IsSame(Tree before, Tree after, IReadOnlyList<Edit> edits)
        => Tree.DifferenceOrNull(before, after) is var (changed, removed, added)
            && changed <= edits.Count(e => !IsAddition(e)) && removed <= edits.Count(e => !IsChange(e) && IsRemoval(e)) && added <= edits.Where(IsAddition).Sum(e => e.Text.Count(c => c == '\n'));

    private static bool IsSame(DockerfileText before, DockerfileText after, IReadOnlyList<Edit> edits)
    {
        if (before.Instructions.Count != after.Instructions.Count || before.Syntax != after.Syntax)
            return false;
        var changed = 0;
        foreach (var (old, now) in before.Instructions.Zip(after.Instructions))
        {
            if (old.Script == now.Script && old.Keyword == now.Keyword)
                continue;
            changed++;
            // "ENV A b c" has one value, however many words.
            var isLegacyEnv = old is { Keyword: "ENV", Words: [var first, ..] } && !first.Text.Contains('=', StringComparison.Ordinal);
            if (old.Keyword != now.Keyword || old.Line != now.Line || old.IsOnBuild != now.IsOnBuild || old.Flags.Count != now.Flags.Count || ListLength(old.Script) != ListLength(now.Script)
                || (!isLegacyEnv && old.Words.Count != now.Words.Count))
                return false;
        }
        return changed <= edits.Count && edits.All(IsChange);
    }

    /// <summary>The length of an instruction's JSON form; -1 when it is a shell's.</summary>
    private static int ListLength(string script)
    {
        var list = script.IndexOf('[', StringComparison.Ordinal);
        if (list < 0 || script.AsSpan(0, list).Trim() is { IsEmpty: false } and not ['-', '-', ..])
            return -1;
        try
        {
            using var json = JsonDocument.Parse(script[list..]);
            return json.RootElement.GetArrayLength();
        }
        catch (JsonException)
        {
            return -1;
        }
    }

    private static bool TakesQuotes(string name) => name is "environment" or "profile" || name.StartsWith(".envrc", StringComparison.Ordinal) || name.StartsWith(".bash", StringComparison.Ordinal) || name.StartsWith(".z", StringComparison.Ordinal) || name is ".profile" || name.EndsWith(".sh", StringComparison.Ordinal) || name.EndsWith(".bash", StringComparison.Ordinal);

    private static int Quotes(ReadOnlySpan<char> text) => text.Count('"') + text.Count('\'') + text.Count('\\');

    private static string Old(Edit edit) => edit.File.Text.Substring(edit.Start, edit.Length);

    private static bool HasLineEnd(string text) => text.AsSpan().IndexOfAny('\r', '\n') >= 0;
}
