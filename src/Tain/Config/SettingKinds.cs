using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tain.Config;

/// <summary>The kinds of values that several settings have.</summary>
internal static class SettingKinds
{
    public static readonly TimeSpan Day30 = TimeSpan.FromDays(30);
    public static readonly TimeSpan Ms100 = TimeSpan.FromMilliseconds(100);

    public static Setting Time(string key, string defaultText, TimeSpan min, TimeSpan max, string doc, Func<TainOptions, TimeSpan, TainOptions> set, Func<TainOptions, TimeSpan> get)
    {
        var bounds = $"{Duration.Format(min)} to {Duration.Format(max)}";
        return Setting.Of(key, "duration", defaultText, doc, Parse, set, o => Duration.Format(get(o)), bounds);

        bool Parse(string text, out TimeSpan value, [NotNullWhen(false)] out string? error)
        {
            if (!Duration.TryParse(text, out value))
                error = $"is not a duration: write whole numbers with ms, s, m or h, such as 30s or 1h30m ({bounds})";
            else if (value < min || value > max)
                error = $"is out of bounds: {bounds} is allowed";
            else
                error = null;
            return error is null;
        }
    }

    public static Setting Bytes(string key, string defaultText, long min, long max, string doc, Func<TainOptions, long, TainOptions> set, Func<TainOptions, long> get)
    {
        var bounds = $"{Size.Format(min)} to {Size.Format(max)}";
        return Setting.Of(key, "size", defaultText, doc, Parse, set, o => Size.Format(get(o)), bounds);

        bool Parse(string text, out long value, [NotNullWhen(false)] out string? error)
        {
            if (!Size.TryParse(text, out value))
                error = $"is not a size: write a whole number with KiB, MiB, GiB or TiB, such as 20GiB ({bounds})";
            else if (value < min || value > max)
                error = $"is out of bounds: {bounds} is allowed";
            else
                error = null;
            return error is null;
        }
    }

    public static Setting Number(string key, int defaultValue, int min, int max, string doc, Func<TainOptions, int, TainOptions> set, Func<TainOptions, int> get)
    {
        var bounds = string.Create(CultureInfo.InvariantCulture, $"{min} to {max}");
        return Setting.Of(key, "number", defaultValue.ToString(CultureInfo.InvariantCulture), doc, Parse, set,
            o => get(o).ToString(CultureInfo.InvariantCulture), bounds);

        bool Parse(string text, out int value, [NotNullWhen(false)] out string? error)
        {
            error = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max
                ? null : $"is not a whole number from {bounds}";
            return error is null;
        }
    }

    public static Setting Choice<T>(string key, string defaultText, (string Word, T Value)[] words, string doc, Func<TainOptions, T, TainOptions> set, Func<TainOptions, T> get)
        where T : struct, Enum
    {
        var bounds = string.Join(", ", words.Select(w => w.Word));
        return Setting.Of(key, "word", defaultText, doc, Parse, set, o => words.First(w => w.Value.Equals(get(o))).Word, bounds);

        bool Parse(string text, out T value, [NotNullWhen(false)] out string? error)
        {
            var found = Array.FindIndex(words, w => w.Word == text);
            value = found < 0 ? default : words[found].Value;
            error = found < 0 ? $"is not one of {bounds}" : null;
            return error is null;
        }
    }

    // Every bad entry of a list is told, not only one of them.
    public static void AddTo(ref string? error, string more) => error = error is null ? more : error + "; and " + more;

    /// <summary>A file that can be opened now; empty is null.</summary>
    public static bool ParseReadableFile(string text, out string? value, [NotNullWhen(false)] out string? error)
    {
        value = text.Length == 0 ? null : text;
        error = null;
        if (value is null)
            return true;
        try
        {
            using var _ = File.OpenHandle(value);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            error = $"does not exist (relative paths begin at {Directory.GetCurrentDirectory()})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            error = $"cannot be read: {(Directory.Exists(value) ? "it is a folder" : e.Message)}";
        }
        return error is null;
    }
}
