namespace Tain.Doctor.Workplaces;

internal enum WrittenKind
{
    /// <summary>Nobody's settings, as far as we know.</summary>
    Other,

    /// <summary>A shell reads it.</summary>
    Shell,

    /// <summary>It is read line by line, NAME=value: <c>$GITHUB_ENV</c>, .env, the file of <c>go env -w</c>.</summary>
    Lines,
}

/// <summary>The file that a command's output goes to.</summary>
internal readonly record struct WrittenFile(WrittenKind Kind)
{
    private static readonly string[] OfLines = ["GITHUB_ENV", "GITEA_ENV", "FORGEJO_ENV", "GOENV", "/go/env", "/etc/environment"];

    private static readonly string[] OfShells = ["BASH_ENV", ".envrc", ".bashrc", ".bash_profile", ".bash_login", ".profile", ".zshrc", ".zshenv", ".zprofile", "/etc/profile"];

    /// <summary>Of a command, as far as it is given: behind <c>&gt;</c> or <c>tee</c>, or as the last word of a Dockerfile's COPY. Null when nothing is written.</summary>
    public static WrittenFile? Of(ReadOnlySpan<char> command)
    {
        WrittenKind? kind = null;
        for (var rest = command; rest.IndexOf('>') is >= 0 and var redirect;)
        {
            rest = rest[(redirect + 1)..].TrimStart('>');
            // What goes to another stream goes to the terminal.
            if (rest is [] or ['&', ..])
                continue;
            var target = rest;
            kind = KindOf(ShellCommand.ReadWord(ref target)) is not WrittenKind.Other and var redirected ? redirected : kind ?? WrittenKind.Other;
        }
        if (kind is { } written)
            return new(written);
        ReadOnlySpan<char> last = default;
        var isWriter = false;
        for (var rest = command; ShellCommand.ReadWord(ref rest) is { IsEmpty: false } word; last = word)
        {
            if (last.IsEmpty && (word.Equals("COPY", StringComparison.OrdinalIgnoreCase) || word.Equals("ADD", StringComparison.OrdinalIgnoreCase)))
                (isWriter, kind) = (true, WrittenKind.Other);
            else if (word is "tee" or "Out-File" or "Add-Content" or "Set-Content")
                (isWriter, kind) = (true, WrittenKind.Other);
            else if (isWriter && KindOf(word) is not WrittenKind.Other and var known)
                kind = known;
        }
        return kind is { } k ? new(k) : null;
    }

    private static WrittenKind KindOf(ReadOnlySpan<char> target)
    {
        var path = target.Trim("\"'\\;)").ToString();
        if (OfLines.Any(n => path.EndsWith(n, StringComparison.Ordinal) || path.EndsWith(n + "}", StringComparison.Ordinal)) || path == "$(go env GOENV")
            return WrittenKind.Lines;
        if (OfShells.Any(n => path.EndsWith(n, StringComparison.Ordinal) || path.EndsWith(n + "}", StringComparison.Ordinal)) || path.Contains("/profile.d/", StringComparison.Ordinal))
            return WrittenKind.Shell;
        var name = path[(path.LastIndexOf('/') + 1)..];
        return name.StartsWith(".env.", StringComparison.Ordinal) || name.EndsWith(".env", StringComparison.Ordinal) ? WrittenKind.Lines : WrittenKind.Other;
    }
}
