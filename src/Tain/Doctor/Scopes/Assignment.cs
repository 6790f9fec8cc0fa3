using Tain.Doctor.Files;
using Tain.Doctor.Fixes;

namespace Tain.Doctor.Scopes;

/// <summary>A variable that some file, or the environment, gives a value.</summary>
/// <param name="Value">Without its quotes.</param>
/// <param name="Start">Where the value stands in the file, quotes not included.</param>
/// <param name="Quote">The quotation mark around it; '\0' for none.</param>
internal sealed record Assignment(string Name, string Value, Place Place, int Start = 0, int Length = 0, char Quote = '\0')
{
    private static readonly System.Buffers.SearchValues<char> EndsAWord = System.Buffers.SearchValues.Create("|;&<>()*?[]# \t");

    /// <summary>Whether variables or templates stand in it, whose value nobody knows here.</summary>
    public bool IsComputed => Value.Contains('$', StringComparison.Ordinal) || Value.Contains("{{", StringComparison.Ordinal) || Value.Contains('`', StringComparison.Ordinal);

    /// <summary>The edit that gives it another value; null when it is no file's, or when the value can't stand there as it is.</summary>
    public Edit? ChangeOrNull(string value)
    {
        if (Place.File is not { } file || value == Value || value.AsSpan().IndexOfAny('\'', '"', '\\') >= 0 || value.AsSpan().ContainsAnyInRange('\0', '\x1f'))
            return null;
        // A | or ; without quotes would end a shell's word.
        if (Quote == '\0' && !WholeLine && value.AsSpan().ContainsAny(EndsAWord) && !IsPlainYaml)
            return new(file, Start, Length, $"\"{value}\"");
        return IsPlainYaml && (value.Length == 0 || value[0] == '*') ? new(file, Start, Length, $"\"{value}\"") : new(file, Start, Length, value);
    }

    /// <summary>The value goes on to the line's end, spaces and all: <c>go env</c> files, <c>.env</c>.</summary>
    public bool WholeLine { get; init; }

    /// <summary>A YAML scalar without quotes.</summary>
    public bool IsPlainYaml { get; init; }
}
