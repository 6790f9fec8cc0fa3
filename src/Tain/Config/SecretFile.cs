using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Tain.Config;

/// <summary>Files that hold a secret. Secrets stand in files only: never in a flag, where every user of the machine sees them, nor in a variable,
/// which every child gets.</summary>
internal static class SecretFile
{
    /// <summary>Bytes. A larger file is a wrong path.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>A file whose first line is the secret.</summary>
    public static bool TryCheck(string path, [NotNullWhen(false)] out string? error) =>
        TryRead(path, out var text, out error)
        && (error = text.Split('\n', 2)[0].Trim().Length == 0 ? "has nothing in its first line, where the secret belongs" : null) is null;

    /// <summary>The text of a file that must be there, be small and hold text.</summary>
    public static bool TryRead(string path, [NotNullWhen(true)] out string? text, [NotNullWhen(false)] out string? error)
    {
        text = null;
        if (path.Length == 0)
        {
            error = "is empty: write the path of a file";
            return false;
        }
        if (!SettingKinds.ParseReadableFile(path, out _, out error))
            return false;
        try
        {
            // A device says that its length is 0.
            using var file = File.OpenRead(path);
            var bytes = new byte[MaxBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaxBytes)
                error = $"is larger than {MaxBytes / 1024} KiB: it cannot be what this setting is for";
            else
                text = Encoding.UTF8.GetString(bytes, 0, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = $"cannot be read: {e.Message}";
        }
        return error is null;
    }

    /// <summary>A path for messages; what looks like no path may be the secret itself, written in the wrong place, and is hidden.</summary>
    public static string Shown(string path) =>
        path.AsSpan().ContainsAny('/', '.') || path.Length == 0 || File.Exists(path) ? path : "***";

    /// <summary>What is careless about the file, or null.</summary>
    /// <param name="isSshKey">ssh itself ignores a key of its user that others may read.</param>
    public static string? WarningOrNull(string key, string path, bool isSshKey = false)
    {
        if (OperatingSystem.IsWindows())
            return null;
        const UnixFileMode others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        const UnixFileMode group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;
        UnixFileMode mode;
        try
        {
            mode = File.GetUnixFileMode(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        if ((mode & UnixFileMode.OtherRead) != 0)
            return $"{key}: every user of this machine can read {ConfigText.Shown(path)}: chmod 600 it";
        return isSshKey && (mode & (others | group)) != 0 ? $"{key}: ssh ignores {ConfigText.Shown(path)}, because others than its owner have rights on it: chmod 600 it" : null;
    }
}
