using System.Buffers;
using Tain.Doctor.Files;
using Tain.Doctor.Fixes;

namespace Tain.Doctor.Workplaces;

/// <summary>A variable that some file, or the environment, gives a value.</summary>
/// <param name="Value">Without its quotes.</param>
/// <param name="Start">Where the value stands in the file, quotes not included.</param>
internal sealed record Assignment(string Name, string Value, Place Place, int Start = 0, int Length = 0)
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/@~+=-";

    private static readonly SearchValues<char> EndsAWord = SearchValues.Create("|;&<>()*?[]{} \t");
    private static readonly SearchValues<char> NeverWritten = SearchValues.Create("'\"\\#");
    private static readonly SearchValues<char> Safe = SearchValues.Create(Letters);
    private static readonly SearchValues<char> SafeInside = SearchValues.Create(Letters + ",");
    private static readonly SearchValues<char> SafeInYaml = SearchValues.Create(Letters + ",|*;!?");

    /// <summary>What some YAML parser takes for something else than text.</summary>
    private static readonly HashSet<string> YamlWords = new(StringComparer.OrdinalIgnoreCase) { "", "on", "off", "yes", "no", "y", "n", "true", "false", "null", "~" };

    /// <summary>Whether variables or templates stand in it, whose value nobody knows here.</summary>
    public bool IsComputed => Expression.IsIn(Value);

    /// <summary>What is known of it here: where the whole value is one expression, the default in that, which has a place of its own.</summary>
    public Assignment Known => IsComputed && Expression.DefaultOrNull(Value) is var (start, length) ? this with { Value = Value.Substring(start, length), Start = Start + start, Length = length, Spot = Spot.Fixed, WholeLine = false } : this;

    public Spot Spot { get; init; }

    /// <summary>It has its line for itself, and may be removed with it: <c>go env</c> files, <c>.env</c>.</summary>
    public bool WholeLine { get; init; }

    /// <summary>The edit that gives it another value; null when it is no file's, or when the value can't stand there as it is.</summary>
    public Edit? ChangeOrNull(string value)
    {
        if (Place.File is not { } file || value == Value || value.AsSpan().ContainsAny(NeverWritten) || value.AsSpan().ContainsAnyInRange('\0', '\x1f') || value.Contains('\u007f', StringComparison.Ordinal)
            || Value.Contains('\\', StringComparison.Ordinal) || (Expression.IsIn(value) && !IsComputed))
            return null;
        var text = Spot switch
        {
            Spot.Delimited => value,
            Spot.Verbatim => value.AsSpan().ContainsAny(' ', '\t') ? null : value,
            // A | or ; without quotes would end a shell's word.
            Spot.Word => value.AsSpan().ContainsAny(EndsAWord) ? $"\"{value}\"" : value,
            Spot.Bare => value.AsSpan().ContainsAny(EndsAWord) ? null : value,
            Spot.YamlValue => IsPlainYaml(value) ? value : $"\"{value}\"",
            Spot.YamlRest => value.AsSpan().ContainsAnyExcept(SafeInYaml) || value.EndsWith(':') ? null : value,
            Spot.YamlFlow => value.AsSpan().ContainsAnyExcept(Safe) || value.Length == 0 || !char.IsAsciiLetterOrDigit(value[0]) || value.EndsWith(':') ? null : value,
            Spot.Inside => value.AsSpan().ContainsAnyExcept(SafeInside) || value.EndsWith(':') ? null : value,
            _ => null,
        };
        return text is null ? null : new(file, Start, Length, text);
    }

    private static bool IsPlainYaml(string value)
        => !YamlWords.Contains(value) && !value.AsSpan().ContainsAnyExcept(SafeInYaml) && char.IsAsciiLetter(value[0]) && !value.EndsWith(':');
}
