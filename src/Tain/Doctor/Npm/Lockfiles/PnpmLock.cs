using Tain.Doctor.Files;

namespace Tain.Doctor.Npm.Lockfiles;

/// <summary>pnpm-lock.yaml, read by lines: pnpm writes it in one way, and a YAML model of 5 MB takes seconds.</summary>
internal static class PnpmLock
{
    public static IReadOnlyList<LockEntry>? ReadOrNull(TextFile file, FileReader files)
    {
        if (!file.Text.TrimStart('\ufeff').StartsWith("lockfileVersion:", StringComparison.Ordinal) && !file.Text.Contains("\nlockfileVersion:", StringComparison.Ordinal))
        {
            files.PassOverMalformed(file, "YAML", 1, "no lockfileVersion");
            return null;
        }
        var entries = new List<LockEntry>();
        string? name = null, tarball = null;
        bool isInPackages = false, isInResolution = false, hasIntegrity = false;
        var offset = 0;
        for (var number = 1; number <= file.LineCount; number++)
        {
            var line = file.Line(number);
            var trimmed = line.Trim();
            if (trimmed.IsEmpty || trimmed[0] == '#')
                continue;
            var indent = line.Length - line.TrimStart(' ').Length;
            if (isInResolution && indent <= 4)
                End();
            if (indent == 0)
                isInPackages = trimmed.SequenceEqual("packages:");
            else if (isInPackages && indent == 2)
                name = NameOf(trimmed.TrimEnd(':').Trim('\'').Trim('"'));
            else if (isInPackages && indent == 4 && trimmed.StartsWith("resolution:"))
            {
                (isInResolution, tarball, hasIntegrity, offset) = (true, null, false, file.StartOf(number) + indent);
                Read(trimmed["resolution:".Length..]);
            }
            else if (isInResolution)
                Read(trimmed);
        }
        End();
        return entries;

        void Read(ReadOnlySpan<char> map)
        {
            hasIntegrity |= map.IndexOf("integrity:") >= 0;
            if (map.IndexOf("tarball:") is >= 0 and var at)
            {
                var url = map[(at + "tarball:".Length)..].Trim();
                tarball = (url.IndexOfAny(",}") is >= 0 and var end ? url[..end] : url).Trim().Trim('\'').Trim('"').ToString();
            }
        }

        void End()
        {
            if (isInResolution && name is not null && (hasIntegrity || (tarball is not null && RegistryUrl.IsTarball(tarball))))
                entries.Add(new(name, tarball, tarball is null || RegistryUrl.IsTarball(tarball), hasIntegrity, offset));
            isInResolution = false;
        }
    }

    /// <summary>Keys by version: <c>/@acme/ui/1.0.0</c> (5), <c>/@acme/ui@1.0.0(peer)</c> (6), <c>@acme/ui@1.0.0</c> (9); up to 6 with the registry's host in front where it is no default one.</summary>
    private static string NameOf(ReadOnlySpan<char> key)
    {
        if (key.IndexOf('(') is > 0 and var peers)
            key = key[..peers];
        var scope = key.IndexOf('@');
        if (key.StartsWith("/"))
            key = key[1..];
        else if (scope != 0 && key.IndexOf('/') is > 0 and var slash && key[..slash].Contains('.') && !key[..slash].Contains('@'))
            key = key[(key[slash..].IndexOf("/@") is >= 0 and var at ? slash + at + 1 : slash + 1)..];
        var from = key.StartsWith("@") ? key.IndexOf('/') + 1 : 0;
        var end = key[from..].IndexOfAny('@', '/');
        return (end < 0 ? key : key[..(from + end)]).ToString();
    }
}
