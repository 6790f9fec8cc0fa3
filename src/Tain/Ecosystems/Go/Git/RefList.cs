using Tain.Upstream;

namespace Tain.Ecosystems.Go.Git;

/// <summary>Reads what <c>git ls-remote</c> prints, as the go command does (cmd/go codehost, loadRefs): HEAD, branches and tags,
/// an annotated tag by the commit that it leads to (<c>^{}</c>). Lines of any other form are left out.</summary>
/// <param name="max">Refs kept; more throw <see cref="FaultKind.TooLarge"/>.</param>
internal sealed class RefList(int max)
{
    private const string Peeled = "^{}";

    private readonly Dictionary<string, string> _commits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _peeled = new(StringComparer.Ordinal);

    public void Add(string line)
    {
        var tab = line.IndexOf('\t', StringComparison.Ordinal);
        if (tab < 0 || !RefGrammar.IsHash(line.AsSpan(0, tab)))
            return;
        var name = line[(tab + 1)..];
        var isPeeled = name.EndsWith(Peeled, StringComparison.Ordinal);
        if (isPeeled)
            name = name[..^Peeled.Length];
        if (!RefGrammar.IsRef(name))
            return;
        (isPeeled ? _peeled : _commits)[name] = line[..tab];
        if (_commits.Count + _peeled.Count > 2 * max || _commits.Count > max)
            throw new RepositoryException(FaultKind.TooLarge, $"the repository has more than {max} branches and tags");
    }

    public IReadOnlyDictionary<string, string> Finish()
    {
        foreach (var (name, commit) in _peeled)
            _commits[name] = commit;
        return _commits;
    }
}
