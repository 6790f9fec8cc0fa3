using Tain.Doctor.Files;

namespace Tain.Doctor.Npm.Settings;

/// <summary>.yarnrc of yarn 1: <c>key value</c>, either of which may have quotes.</summary>
internal static class YarnrcFile
{
    public static IReadOnlyList<NpmSetting> Read(TextFile file)
    {
        var settings = new List<NpmSetting>();
        for (var number = 1; number <= file.LineCount; number++)
        {
            var line = file.Line(number);
            var start = file.StartOf(number) + (number == 1 && line.StartsWith("\ufeff") ? 1 : 0);
            var end = file.StartOf(number) + line.Length;
            var key = Word(file.Text, ref start, end);
            if (key.Length == 0 || file.Text[key.Start] == '#')
                continue;
            var value = Word(file.Text, ref start, end);
            if (value.Length > 0)
            {
                settings.Add(new(file.Text.Substring(key.Start, key.Length).TrimEnd(':'), file.Text.Substring(value.Start, value.Length), file.AtLine(number), value.Start, value.Length) { OwnsLine = true });
            }
        }
        return settings;
    }

    private static (int Start, int Length) Word(string text, ref int at, int end)
    {
        while (at < end && char.IsWhiteSpace(text[at]))
            at++;
        if (at >= end)
            return (at, 0);
        var start = at;
        if (text[at] == '"')
        {
            var close = text.IndexOf('"', at + 1, end - at - 1);
            at = close < 0 ? end : close + 1;
            return (start + 1, (close < 0 ? end : close) - start - 1);
        }
        while (at < end && !char.IsWhiteSpace(text[at]))
            at++;
        return (start, at - start);
    }
}
