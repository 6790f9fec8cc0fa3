using System.Text;
using System.Text.RegularExpressions;
using Tain.Upstream;

namespace Tain.Doctor.Files;

/// <summary>A file that was not examined, and why.</summary>
/// <param name="Shown">As people know it.</param>
internal sealed record PassedOver(string Shown, Words Why);

/// <summary>Reads each file once, whole and bounded. What can't be read is named and passed over; a file that is not there is null, and no news.</summary>
/// <param name="folder">The folder under examination.</param>
/// <param name="changed">What files would say after a fix, by path; null for none.</param>
internal sealed partial class FileReader(string folder, string home, IReadOnlyDictionary<string, string>? changed = null)
{
    /// <summary>Lockfiles reach some 20 MB; what is larger than this is no settings file.</summary>
    public const int MaxBytes = 32 << 20;

    private static readonly UTF8Encoding Strict = new(false, true);
    private readonly Dictionary<string, TextFile?> _read = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TextFile> _new = new(StringComparer.Ordinal);
    private readonly List<PassedOver> _passedOver = [];

    public IReadOnlyList<PassedOver> PassedOver => _passedOver;

    /// <summary>How many files were read.</summary>
    public int Count => _read.Values.Count(f => f is not null);

    public TextFile? ReadOrNull(string path)
    {
        path = Path.GetFullPath(path);
        if (!_read.TryGetValue(path, out var file))
            _read[path] = file = Load(path);
        return file;
    }

    /// <summary>The file, or an empty one that a fix may make.</summary>
    public TextFile ReadOrNew(string path)
    {
        path = Path.GetFullPath(path);
        if (ReadOrNull(path) is { } file)
            return file;
        // The same one each time: edits are equal only when their files are.
        if (!_new.TryGetValue(path, out var made))
            _new[path] = made = new TextFile(path, Shown(path), "", exists: File.Exists(path));
        return made;
    }

    /// <summary>Says that a file makes no sense, with what its parser said.</summary>
    public void PassOver(TextFile file, Words why) => _passedOver.Add(new(file.Shown, why));

    /// <summary>Says that a folder was not walked through.</summary>
    public void PassOver(string path, Words why) => _passedOver.Add(new(Shown(path) is { Length: > 0 } shown ? shown : ".", why));

    /// <summary>Says that a file is not what its name promises.</summary>
    /// <param name="syntax">Such as <c>YAML</c>.</param>
    /// <param name="error">The parser's words; what they quote of the file is left out.</param>
    public void PassOverMalformed(TextFile file, string syntax, int line, string error)
        => PassOver(file, new($"is no valid {syntax} (line {line}): {WithoutQuotes(error)}", $"不是有效的 {syntax}（第 {line} 行）：{WithoutQuotes(error)}"));

    /// <summary>A parser's message without the text that it stumbled over, which may be a password.</summary>
    public static string WithoutQuotes(string error) => Secrets.OneLine(Quoted().Replace(error, "…"), 200);

    [GeneratedRegex("""'[^']*'|"[^"]*"|`[^`]*`""")]
    private static partial Regex Quoted();

    /// <summary>A path as people know it. A name is whatever its author likes: what would steer a terminal is left out.</summary>
    public string Shown(string path)
    {
        path = Path.GetFullPath(path);
        return Secrets.OneLine(Below(folder) ?? (Below(home) is { } inHome ? "~/" + inHome : path), 1000);

        string? Below(string parent) => parent.Length > 1 && Folders.IsBelow(path, parent) ? path[(parent.TrimEnd('/').Length + 1)..] : null;
    }

    private TextFile? Load(string path)
    {
        if (changed?.GetValueOrDefault(path) is { } text)
            return new TextFile(path, Shown(path), text, File.Exists(path));
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists)
            {
                // A folder where a file should be is worth a word; nothing at all is not.
                if (Directory.Exists(path))
                    _passedOver.Add(new(Shown(path), new("is a folder, not a file", "是目录，不是文件")));
                return null;
            }
            if (info.LinkTarget is not null && info.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
                info = target;
            // Devices and pipes have no length, and are never opened: to read one may wait for ever.
            if (info.Length == 0)
                return new TextFile(path, Shown(path), "");
            if (info.Length > MaxBytes)
                return Over(path, new($"has {info.Length} bytes, more than the {MaxBytes} that are read", $"有 {info.Length} 字节，超过读取上限 {MaxBytes}"));
            using var stream = File.OpenRead(path);
            var bytes = new byte[info.Length];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var content = bytes.AsSpan(0, length);
            if (content.IndexOf((byte)0) >= 0)
                return Over(path, new("is binary", "是二进制文件"));
            return new TextFile(path, Shown(path), Strict.GetString(content));
        }
        catch (DecoderFallbackException)
        {
            return Over(path, new("is no UTF-8 text", "不是 UTF-8 文本"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.SecurityException)
        {
            return Over(path, e is UnauthorizedAccessException ? new("may not be read (permission denied)", "无读取权限") : new($"can't be read: {e.Message}", $"无法读取：{e.Message}"));
        }
    }

    private TextFile? Over(string path, Words why)
    {
        _passedOver.Add(new(Shown(path), why));
        return null;
    }
}
