using Tain.Doctor.Reports;

namespace Tain.Doctor.Fixes;

/// <summary>Shows what would be written, asks where there is somebody to ask, and writes it.</summary>
internal static class MendingTalk
{
    private static readonly Words None = new("There is nothing that --fix can put right.", "没有 --fix 能自动修复的问题。");
    private static readonly Words Shortened = new("In these lines … stands for the rest of the line, which stays as it is.", "下列各行中的 … 表示该行的其余部分，保持不变。");
    private static readonly Words Question = new("Write these changes? [y/N] ", "写入以上修改？[y/N] ");
    private static readonly Words Nothing = new("Nothing was written.", "没有写入任何内容。");
    private static readonly Words Written = new("written: {path} (before: {copy})", "已写入：{path}（原文件备份：{copy}）");
    private static readonly Words Made = new("written: {path} (it is new)", "已写入：{path}（新文件）");
    private static readonly Words NotWritten = new("{path} could not be written: {why}", "无法写入 {path}：{why}");

    /// <param name="copies">The folder for copies of what was there.</param>
    /// <param name="asks">Whether <paramref name="input"/> is somebody.</param>
    /// <returns>False when a file could not be written, or nobody wanted it.</returns>
    public static bool Run(IReadOnlyList<MendedFile> files, Language language, string copies, bool isDry, bool asks, TextReader input, TextWriter output, TimeProvider time)
    {
        if (files.Count == 0)
        {
            output.WriteLine(None.In(language));
            return true;
        }
        var diffs = files.Select(f => Redaction.Clean(f.Diff()).TrimEnd()).ToList();
        if (diffs.Exists(d => d.Split('\n').Any(IsShortened)))
            output.WriteLine(Shortened.In(language));
        foreach (var diff in diffs)
            output.WriteLine(diff);
        output.WriteLine();
        if (isDry)
            return true;
        if (asks)
        {
            output.Write(Question.In(language));
            output.Flush();
            if (input.ReadLine()?.Trim() is not ("y" or "Y" or "yes" or "是"))
            {
                output.WriteLine(Nothing.In(language));
                return false;
            }
        }
        var isWhole = true;
        foreach (var file in files)
        {
            try
            {
                var copy = Mending.Write(file, copies, time.GetUtcNow());
                output.WriteLine(Redaction.Clean(copy is null ? Made.In(language, [new("path", file.Path)]) : Written.In(language, [new("path", file.Path), new("copy", copy)])));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                isWhole = false;
                output.WriteLine(Redaction.Clean(NotWritten.In(language, [new("path", file.Path), new("why", e.Message)])));
            }
        }
        return isWhole;
    }

    private static bool IsShortened(string line) => line is ['-' or '+', .. var text] && (text.StartsWith('…') || text.EndsWith('…'));
}
