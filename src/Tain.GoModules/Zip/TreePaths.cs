namespace Tain.GoModules.Zip;

/// <summary>What the name of a file in a tree tells by itself.</summary>
internal static class TreePaths
{
    /// <summary>Whether Go's <c>path.Clean</c> leaves the name as it is.</summary>
    public static bool IsClean(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty) return false;
        if (name is "." or "/") return true;
        // Only a name that is not rooted may go up, and only at its start.
        var mayGoUp = name[0] != '/';
        if (!mayGoUp) name = name[1..];
        while (true)
        {
            var slash = name.IndexOf('/');
            var element = slash < 0 ? name : name[..slash];
            if (element is "" or ".") return false;
            if (element is not "..") mayGoUp = false;
            else if (!mayGoUp) return false;
            if (slash < 0) return true;
            name = name[(slash + 1)..];
        }
    }

    /// <summary>Whether the file is in a vendored package (x/mod <c>zip.isVendoredPackage</c>). A go directive of 1.24 or
    /// above has the fixed rule; before, files directly in a <c>vendor</c> directory below the root counted as vendored too
    /// (golang/go#37397), and <c>vendor/modules.txt</c> did not. Hashes in use need both.</summary>
    public static bool IsVendored(ReadOnlySpan<char> name, bool fixedRule)
    {
        const string first = "vendor/", inner = "/vendor/";
        if (name.StartsWith(first)) return name[first.Length..].Contains('/') || (fixedRule && name is "vendor/modules.txt");
        var at = name.IndexOf(inner);
        // The old rule looks for a slash behind the name's first 8 bytes, where the one behind "vendor" always is.
        return at >= 0 && (!fixedRule || name[(at + inner.Length)..].Contains('/'));
    }
}

/// <summary>The directories of a tree that are modules of their own, because they have a go.mod.</summary>
internal sealed class NestedModules
{
    private readonly HashSet<string> _directories = [];
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    /// <summary>The hashes of <see cref="_directories"/>: each of a name's directories is looked up by a hash made along the
    /// way, because hashing them one by one would take a time quadratic in the depth.</summary>
    private readonly HashSet<int> _hashes = [];

    private string _recentDirectory = "";
    private bool _recentAnswer;

    public NestedModules() => _lookup = _directories.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Adds the directory of the file if it is a go.mod, of whatever case, and not the root's.</summary>
    public void AddGoMod(string file)
    {
        var slash = file.LastIndexOf('/');
        if (slash < 0 || !EntryRules.IsGoMod(file.AsSpan(slash + 1))) return;
        var hash = new HashCode();
        foreach (var c in file.AsSpan(0, slash)) hash.Add((int)c);
        _hashes.Add(hash.ToHashCode());
        _directories.Add(file[..slash]);
    }

    /// <summary>Whether the file is in one of them.</summary>
    public bool Contain(string file)
    {
        var slash = file.LastIndexOf('/');
        if (slash < 0 || _directories.Count == 0) return false;
        var directory = file.AsSpan(0, slash);
        // Most files lie beside the one before.
        if (!directory.SequenceEqual(_recentDirectory)) (_recentDirectory, _recentAnswer) = (directory.ToString(), Find(file.AsSpan(0, slash + 1)));
        return _recentAnswer;
    }

    private bool Find(ReadOnlySpan<char> name)
    {
        var hash = new HashCode();
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '/')
            {
                var here = hash;
                if (_hashes.Contains(here.ToHashCode()) && _lookup.Contains(name[..i])) return true;
            }
            hash.Add((int)name[i]);
        }
        return false;
    }
}
