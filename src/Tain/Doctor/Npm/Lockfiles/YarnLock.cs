using Tain.Doctor.Files;

namespace Tain.Doctor.Npm.Lockfiles;

/// <summary>yarn.lock, of yarn 1 and of those after it (which have <c>__metadata</c>). Read by lines: they reach 5 MB, and only a few keys tell something.</summary>
internal static class YarnLock
{
    public static Lockfile? ReadOrNull(TextFile file, FileReader files)
    {
        var text = file.Text;
        var isBerry = text.TrimStart('\ufeff').StartsWith("__metadata:", StringComparison.Ordinal) || text.Contains("\n__metadata:", StringComparison.Ordinal);
        var entries = new List<LockEntry>();
        var reading = new Entry();
        var isStrange = false;
        for (var number = 1; number <= file.LineCount; number++)
        {
            var line = file.Line(number);
            if (number == 1)
                line = line.TrimStart('\ufeff');
            var trimmed = line.Trim();
            if (trimmed.IsEmpty || trimmed[0] == '#')
                continue;
            if (line[0] is not (' ' or '\t'))
            {
                reading.AddTo(entries, isBerry);
                isStrange |= trimmed[^1] != ':';
                reading = new Entry { Name = NameOf(trimmed), IsOfUrl = trimmed.Contains("@http", StringComparison.Ordinal), Offset = file.StartOf(number) };
            }
            else if (IndentOf(line) <= 2)
            {
                reading.Read(trimmed, file.StartOf(number) + (line.Length - line.TrimStart().Length), isBerry);
            }
        }
        reading.AddTo(entries, isBerry);
        if (isStrange && entries.Count == 0)
        {
            files.PassOver(file, new("is no lockfile of yarn's", "不是 yarn 的锁文件"));
            return null;
        }
        return new(file, isBerry ? NpmTool.Yarn : NpmTool.Yarn1, entries);
    }

    private static int IndentOf(ReadOnlySpan<char> line) => line.Length - line.TrimStart(' ').Length;

    /// <summary>The package's name in <c>"@acme/ui@^1.0.0", "@acme/ui@^1.1.0":</c>; what an alias stands for in <c>ui@npm:@acme/ui@^1.0.0:</c>.</summary>
    private static string NameOf(ReadOnlySpan<char> head)
    {
        head = head.TrimEnd(':');
        if (head.IndexOf(',') is > 0 and var comma)
            head = head[..comma];
        return NameIn(head.Trim().Trim('"'));
    }

    private static string NameIn(ReadOnlySpan<char> pattern)
    {
        var at = pattern.Length > 1 ? pattern[1..].IndexOf('@') + 1 : 0;
        if (at <= 0)
            return pattern.ToString();
        var rest = pattern[(at + 1)..];
        // "lodash@npm:4.17.21" of yarn 2 is no alias: only what has an @ again is one.
        return rest.StartsWith("npm:") && rest.Length > 5 && rest[5..].Contains('@') && !rest.Contains("::", StringComparison.Ordinal) ? NameIn(rest[4..]) : pattern[..at].ToString();
    }

    private sealed class Entry
    {
        private string? _url;
        private bool _isNpm;
        private bool _hasIntegrity;
        private bool _isConditional;
        private string? _resolvedName;

        public string? Name { get; init; }

        /// <summary>Whether who depends on it names an address, and no version.</summary>
        public bool IsOfUrl { get; init; }

        public int Offset { get; set; }

        public void Read(ReadOnlySpan<char> line, int offset, bool isBerry)
        {
            if (!isBerry && line.StartsWith("resolved "))
            {
                var url = line["resolved ".Length..].Trim().Trim('"');
                // Before yarn 1.10 the hash was behind the URL: weak, but a check.
                _hasIntegrity |= url.IndexOf('#') is >= 0 and var hash && url.Length - hash - 1 == 40;
                _url = (url.IndexOf('#') is >= 0 and var cut ? url[..cut] : url).ToString();
                _isNpm = RegistryUrl.IsTarball(_url);
                Offset = offset;
            }
            else if (line.StartsWith("integrity ") || line.StartsWith("checksum:"))
                _hasIntegrity = true;
            else if (line.StartsWith("conditions:"))
                _isConditional = true;
            else if (line.StartsWith("resolution:"))
                ReadResolution(line["resolution:".Length..].Trim().Trim('"'), offset);
        }

        /// <summary><c>name@npm:1.0.0</c>, and behind <c>::__archiveUrl=</c> the tarball where its address is not the one that yarn would make up.</summary>
        private void ReadResolution(ReadOnlySpan<char> resolution, int offset)
        {
            var at = resolution.IndexOf("@npm:");
            if (at <= 0)
                return;
            _isNpm = true;
            _resolvedName = resolution[..at].ToString();
            Offset = offset;
            if (resolution.IndexOf("__archiveUrl=") is >= 0 and var mark)
            {
                var url = resolution[(mark + "__archiveUrl=".Length)..];
                _url = Uri.UnescapeDataString((url.IndexOf('&') is >= 0 and var end ? url[..end] : url).ToString());
            }
        }

        public void AddTo(List<LockEntry> entries, bool isBerry)
        {
            // What another system would install has no checksum until that system fetched it (yarnpkg/berry: conditions).
            if (Name is { Length: > 0 } and not "__metadata" && _isNpm && !IsOfUrl)
                entries.Add(new(_resolvedName ?? Name, _url, true, _hasIntegrity || (isBerry && _isConditional), Offset));
        }
    }
}
