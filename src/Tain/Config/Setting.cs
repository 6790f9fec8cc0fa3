using System.Diagnostics.CodeAnalysis;

namespace Tain.Config;

/// <summary>Reads a value. The error says what is wrong and what is allowed, to follow the quoted value: <c>'7 parsecs' is not …</c>.</summary>
internal delegate bool SettingParser<T>(string text, [MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out string? error);

/// <summary>One setting: the only place that knows its key, its syntax, its bounds and its words.</summary>
internal sealed class Setting
{
    private readonly Func<TainOptions, string, (TainOptions Options, string? Error)> apply;
    private readonly Func<TainOptions, string> format;

    private Setting(Func<TainOptions, string, (TainOptions Options, string? Error)> apply, Func<TainOptions, string> format)
    {
        this.apply = apply;
        this.format = format;
    }

    /// <summary>As in tain.yaml: <c>go.list-ttl</c>.</summary>
    public required string Key { get; init; }

    /// <summary>What a value looks like, in a word or two: <c>duration</c>.</summary>
    public required string Syntax { get; init; }

    /// <summary>In the setting's own syntax; empty when there is none.</summary>
    public required string Default { get; init; }

    /// <summary>The values allowed, for the documentation; empty when the syntax says all.</summary>
    public string Bounds { get; init; } = "";

    /// <summary>One sentence, without the default and the bounds.</summary>
    public required string Doc { get; init; }

    /// <summary>What joins the items of a YAML sequence; null when the value is not a list.</summary>
    public char? Separator { get; init; }

    /// <summary>What is shown of a value that may hold credentials, in the right place or a wrong one.</summary>
    public required Func<string, string> Mask { get; init; }

    public string Variable => "TAIN_" + Key.Replace('.', '_').Replace('-', '_').ToUpperInvariant();

    public string Flag => "--" + Key.Replace('.', '-');

    /// <summary>The part before the last dot; empty at the root.</summary>
    public string Group => Key.LastIndexOf('.') is >= 0 and var dot ? Key[..dot] : "";

    public static Setting Of<T>(string key, string syntax, string defaultText, string doc, SettingParser<T> parse,
        Func<TainOptions, T, TainOptions> set, Func<TainOptions, string> format, string bounds = "", char? separator = null, Func<string, string>? mask = null) =>
        new((options, text) => parse(text, out var value, out var error) ? (set(options, value), null) : (options, error), format)
        {
            Key = key,
            Syntax = syntax,
            Default = defaultText,
            Bounds = bounds,
            Doc = doc,
            Separator = separator,
            Mask = mask ?? (text => text.Contains('@', StringComparison.Ordinal) ? ConfigText.Mask(text) : text),
        };

    /// <summary>Changes the options, or says why not.</summary>
    public bool TryApply(ref TainOptions options, string text, [NotNullWhen(false)] out string? error)
    {
        (options, error) = apply(options, text.Trim());
        return error is null;
    }

    /// <summary>The effective value in the setting's own syntax, secrets masked.</summary>
    public string Format(TainOptions options) => format(options);
}
