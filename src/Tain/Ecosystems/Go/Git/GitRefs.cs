namespace Tain.Ecosystems.Go.Git;

/// <summary>The refs of a repository as its server listed them: <c>HEAD</c>, <c>refs/heads/…</c>, <c>refs/tags/…</c>; tags by the commit they point at.</summary>
/// <param name="At">When the server was asked.</param>
internal sealed record GitRefs(IReadOnlyDictionary<string, string> Commits, DateTimeOffset At)
{
    private const string Tags = "refs/tags/";

    /// <summary>Names of all tags at a commit, sorted bytewise.</summary>
    public IReadOnlyList<string> TagsAt(string commit)
    {
        List<string> tags = [.. Commits.Where(r => r.Value == commit && r.Key.StartsWith(Tags, StringComparison.Ordinal)).Select(r => r.Key[Tags.Length..])];
        tags.Sort(CompareUtf8);
        return tags;
    }

    /// <summary>Some ref at a commit; HEAD last, as it tells least.</summary>
    public string? RefAtOrNull(string commit) => Commits.Where(r => r.Value == commit).Select(r => r.Key).Order(StringComparer.Ordinal).LastOrDefault();

    /// <summary>What a revision names among the refs, in the go command's order (cmd/go codehost, stat): a tag, a branch, HEAD, the beginning of the hash of one
    /// commit that refs are at. Null when it names none.</summary>
    /// <returns>The commit, and the ref that led there; the first by name for a hash.</returns>
    public (string Commit, string Ref)? FindOrNull(string revision)
    {
        foreach (var name in (string[])[Tags + revision, "refs/heads/" + revision])
        {
            if (Commits.TryGetValue(name, out var commit))
                return (commit, name);
        }
        if (revision == "HEAD" && Commits.TryGetValue(revision, out var head))
            return (head, revision);
        if (!IsHashOrPrefix(revision))
            return null;
        (string Commit, string Ref)? found = null;
        foreach (var (name, commit) in Commits)
        {
            if (!commit.StartsWith(revision, StringComparison.Ordinal))
                continue;
            if (found is { } other && other.Commit != commit)
                throw RepositoryException.Missing($"ambiguous revision {revision}");
            if (found is null || string.CompareOrdinal(name, found.Value.Ref) < 0)
                found = (commit, name);
        }
        return found;
    }

    /// <summary>7 to 40 hexadecimal digits, lower case; 64 for a whole SHA-256.</summary>
    public static bool IsHashOrPrefix(string revision) => revision.Length is (>= RefGrammar.MinHashDigits and <= 40) or 64 && RefGrammar.IsHex(revision);

    internal static int CompareUtf8(string left, string right) =>
        System.Text.Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(right));
}

/// <param name="Commit">40 hexadecimal digits (64 in a SHA-256 repository).</param>
/// <param name="Time">The committer's, in UTC, to the second.</param>
/// <param name="Tags">Names of all tags at the commit, sorted bytewise.</param>
/// <param name="Version">The tag that was asked for, or the commit.</param>
/// <param name="Ref">The full name of the ref that led there; null for a commit given by its hash where no branch or tag has it.</param>
internal sealed record GitRevision(string Commit, DateTimeOffset Time, IReadOnlyList<string> Tags, string Version, string? Ref)
{
    /// <summary>The first 12 digits (codehost.ShortenSHA1).</summary>
    public string Short => Commit[..12];
}

/// <param name="Mode">100644, 100755, 120000 (symlink) or 160000 (submodule); very old commits have others, 100664.</param>
/// <param name="Size">In bytes, as stored: an archive's may differ (<c>eol=crlf</c>). 0 for a submodule.</param>
internal sealed record GitTreeEntry(string Name, string Mode, long Size, string Hash);
