using System.Text;
using System.Text.Json;
using Tain.Doctor.Files;

namespace Tain.Doctor.Npm.Lockfiles;

/// <summary>package-lock.json and npm-shrinkwrap.json, versions 1 to 3. Read as a stream: they reach 20 MB.</summary>
internal static class PackageLock
{
    private const int MaxDepth = 512;

    public static IReadOnlyList<LockEntry>? ReadOrNull(TextFile file, FileReader files)
    {
        var skip = file.Text.StartsWith('\ufeff') ? 1 : 0;
        var bytes = Encoding.UTF8.GetBytes(file.Text, skip, file.Text.Length - skip);
        var entries = new List<LockEntry>();
        var tarballs = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaxDepth });
            reader.Read();
            if (reader.TokenType is not JsonTokenType.StartObject)
                throw new JsonException("no object", null, 0, 0);
            var hasPackages = false;
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("packages"u8))
                {
                    reader.Read();
                    hasPackages = true;
                    ReadAll(ref reader, entries, tarballs, isOld: false);
                }
                // Version 2 has both, for npm 6; only version 1 has this alone.
                else if (reader.ValueTextEquals("dependencies"u8) && !hasPackages)
                {
                    reader.Read();
                    ReadAll(ref reader, entries, tarballs, isOld: true);
                }
                else
                {
                    reader.Skip();
                }
            }
            while (reader.Read())
            {
                // What is behind the root has to be nothing.
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            files.PassOverMalformed(file, "JSON", (int)((e as JsonException)?.LineNumber ?? 0) + 1, e.Message);
            return null;
        }
        entries = [.. entries.Select(e => e.Url is { } url && tarballs.Contains(url) ? e with { IsFromRegistry = false } : e)];
        if (bytes.Length == file.Text.Length - skip)
            return skip == 0 ? entries : [.. entries.Select(e => e with { Offset = e.Offset + skip })];
        return [.. InChars(entries, bytes, skip)];
    }

    /// <summary>Places in bytes to places in characters, in one pass.</summary>
    private static IEnumerable<LockEntry> InChars(List<LockEntry> entries, byte[] bytes, int skip)
    {
        var (atByte, atChar) = (0, skip);
        foreach (var entry in entries.OrderBy(e => e.Offset))
        {
            atChar += Encoding.UTF8.GetCharCount(bytes, atByte, entry.Offset - atByte);
            atByte = entry.Offset;
            yield return entry with { Offset = atChar };
        }
    }

    /// <param name="tarballs">Gets the addresses that packages name as dependencies: those are no registry's.</param>
    private static void ReadAll(ref Utf8JsonReader reader, List<LockEntry> entries, HashSet<string> tarballs, bool isOld)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            var at = (int)reader.TokenStartIndex;
            reader.Read();
            if (reader.TokenType is JsonTokenType.StartObject)
                ReadOne(ref reader, entries, tarballs, isOld, key, at);
            else
                reader.Skip();
        }
    }

    private static void ReadOne(ref Utf8JsonReader reader, List<LockEntry> entries, HashSet<string> tarballs, bool isOld, string key, int at)
    {
        string? version = null, resolved = null, alias = null;
        bool hasIntegrity = false, isElsewhere = false;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var start = (int)reader.TokenStartIndex;
            if (reader.ValueTextEquals("version"u8))
                version = NextText(ref reader);
            else if (reader.ValueTextEquals("resolved"u8))
            {
                at = start;
                resolved = NextText(ref reader);
            }
            else if (reader.ValueTextEquals("integrity"u8))
                hasIntegrity = NextText(ref reader) is { Length: > 0 };
            else if (reader.ValueTextEquals("name"u8))
                alias = NextText(ref reader);
            else if (reader.ValueTextEquals("link"u8) || reader.ValueTextEquals("inBundle"u8) || reader.ValueTextEquals("bundled"u8))
            {
                reader.Read();
                isElsewhere |= reader.TokenType is JsonTokenType.True;
                reader.Skip();
            }
            else if (isOld && reader.ValueTextEquals("dependencies"u8))
            {
                reader.Read();
                ReadAll(ref reader, entries, tarballs, isOld);
            }
            else if (reader.ValueTextEquals(isOld ? "requires"u8 : "dependencies"u8) || reader.ValueTextEquals("devDependencies"u8) || reader.ValueTextEquals("optionalDependencies"u8))
                ReadTarballs(ref reader, tarballs);
            else
                reader.Skip();
        }
        // The root and the workspaces have their folder for a key.
        var folder = key.LastIndexOf("node_modules/", StringComparison.Ordinal);
        if (isElsewhere || version is null || (!isOld && folder < 0))
            return;
        var name = alias ?? (isOld ? key : key[(folder + "node_modules/".Length)..]);
        // Version 1 has the address of a repository or file where the version should be, or npm:name@version for an alias.
        if (isOld && version.StartsWith("npm:", StringComparison.Ordinal))
            name = version[4..].LastIndexOf('@') is > 0 and var end ? version[4..][..end] : name;
        else if (isOld && version.Contains(':', StringComparison.Ordinal))
            return;
        entries.Add(new(name, resolved, resolved is null || RegistryUrl.IsTarball(resolved), hasIntegrity, at));
    }

    /// <summary>Of <c>"name": "range"</c> those that have an address for a range.</summary>
    private static void ReadTarballs(ref Utf8JsonReader reader, HashSet<string> tarballs)
    {
        reader.Read();
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (NextText(ref reader) is { } range && range.StartsWith("http", StringComparison.OrdinalIgnoreCase))
                tarballs.Add(range);
        }
    }

    private static string? NextText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is JsonTokenType.String)
            return reader.GetString();
        reader.Skip();
        return null;
    }
}
