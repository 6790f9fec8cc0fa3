using Tain.GoModules;

namespace Tain.TransparencyLog;

/// <summary>
/// What a checksum database says of a version, authenticated: the log has this record at this number. Hashes are read from
/// the record's text only (CVE-2026-56864), each by its own line, and a line that is missing is an error and never a hash
/// (CVE-2026-42501).
/// </summary>
public sealed class ChecksumRecord
{
    private readonly string? _zip, _goMod;

    /// <summary>Reads the lines of a record that was authenticated.</summary>
    /// <exception cref="ChecksumDatabaseException">It has two different <c>h1:</c> hashes for one name (<see cref="ChecksumError.Malformed"/>),
    /// or none for either (<see cref="ChecksumError.NoLine"/>).</exception>
    internal ChecksumRecord(ModulePath module, string version, long id, string text)
    {
        (Module, Version, Id, Text) = (module, version, id, text);
        _zip = HashOrNull(version);
        _goMod = HashOrNull(version + "/go.mod");
        if (_zip is null && _goMod is null)
            throw new ChecksumDatabaseException(ChecksumError.NoLine, $"record {id}, the checksum database's answer for {module}@{version}, has no h1: line of that version");
    }

    /// <summary>The module that was asked for.</summary>
    public ModulePath Module { get; }

    /// <summary>The version that was asked for.</summary>
    public string Version { get; }

    /// <summary>The record's number in the log, from 0 on; less than the size of the newest head.</summary>
    public long Id { get; }

    /// <summary>The whole record, as the log has it.</summary>
    public string Text { get; }

    /// <summary>The zip's hash, <c>h1:…</c>.</summary>
    /// <exception cref="ChecksumDatabaseException">The record has no such line (<see cref="ChecksumError.NoLine"/>).</exception>
    public string ZipHash => _zip ?? throw NoLine(Version);

    /// <summary>The go.mod's hash, <c>h1:…</c>.</summary>
    /// <exception cref="ChecksumDatabaseException">The record has no such line (<see cref="ChecksumError.NoLine"/>).</exception>
    public string GoModHash => _goMod ?? throw NoLine(Version + "/go.mod");

    /// <summary>The zip's hash, or null where the record has no such line: then nothing may be taken for verified.</summary>
    public string? ZipHashOrNull => _zip;

    /// <summary>The go.mod's hash, or null where the record has no such line: then nothing may be taken for verified.</summary>
    public string? GoModHashOrNull => _goMod;

    /// <summary>The bytes to serve for a lookup, with a head whose tree has this record.</summary>
    /// <exception cref="ArgumentException">The head's tree ends before this record.</exception>
    public byte[] FormatLookup(SignedHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (Id >= head.Head.Size) throw new ArgumentException($"record {Id} is beyond the tree of {head.Head.Size} records", nameof(head));
        return LookupBody.Format(Id, Text, head.Note.Span);
    }

    private string? HashOrNull(string version)
    {
        string? found = null;
        var prefix = $"{Module} {version} h1:";
        // LF alone ends a line, as for the go command; .NET would take U+2028, say, for an end too.
        foreach (var line in Text.Split('\n'))
        {
            if (!line.StartsWith(prefix, StringComparison.Ordinal)) continue;
            var hash = line[(prefix.Length - "h1:".Length)..];
            if (found is not null && found != hash)
                throw new ChecksumDatabaseException(ChecksumError.Malformed, $"record {Id} has two different h1: lines of {Module} {version}");
            found = hash;
        }
        return found;
    }

    private ChecksumDatabaseException NoLine(string version) =>
        new(ChecksumError.NoLine, $"record {Id} of the checksum database has no line \"{Module} {version} h1:…\"");
}
