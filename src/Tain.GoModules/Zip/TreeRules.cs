using System.Text;
using Tain.GoModules.Paths;

namespace Tain.GoModules.Zip;

/// <summary>x/mod <c>zip.checkFiles</c>, rule by rule in its order, for one tree.</summary>
internal sealed class TreeRules
{
    private readonly NameTree _names = new();
    private readonly NestedModules _nested = new();
    private readonly bool _fixedVendorRule;
    private readonly int _prefixLength;
    private long _namesLength;

    public TreeRules(List<TreeFile> files, string prefix, string? goVersion)
    {
        _prefixLength = Encoding.UTF8.GetByteCount(prefix);
        foreach (var file in files)
        {
            // A link to a go.mod makes no module, and has no go directive.
            if (file.Kind != TreeFileKind.Regular) continue;
            _nested.AddGoMod(file.Name);
            _fixedVendorRule |= file.Name == "go.mod" && GoVersion.Compare(goVersion ?? "", "1.24") >= 0;
        }
    }

    /// <summary>The bytes of the files so far. What is too large by itself counts too.</summary>
    public Int128 TotalSize { get; private set; }

    /// <summary>Set when a limit that bounds the work is passed: nothing should be judged after that.</summary>
    public string? Limit { get; private set; }

    /// <summary>Why the file stays outside the zip, or why there can be none; no reason for a file that belongs into it.
    /// The files have to come in the tree's order.</summary>
    public (string? Reason, bool Omitted) Judge(TreeFile file)
    {
        if (file.Kind == TreeFileKind.Other) return ("not a regular file", true);

        var name = file.Name;
        if (!TreePaths.IsClean(name)) return ("file path is not clean", false);
        if (name[0] == '/') return ("file path is not relative", false);
        if (TreePaths.IsVendored(name, _fixedVendorRule)) return ("file is in vendor directory", true);
        if (_nested.Contain(name)) return ("file is in another module", true);
        if (name == ".hg_archival.txt") return ("file is inserted by 'hg archive' and is always omitted", true);
        if (PathRules.Check(name, PathKind.File) is { } rule) return ($"malformed file path: {rule}", false);
        if (EntryRules.IsGoMod(name) && name != "go.mod") return ("go.mod files must have lowercase names", false);
        // A link's name can collide, too.
        if (AddName(name) is { } collision) return (collision, false);
        if (file.Kind == TreeFileKind.Symlink) return ("file is a symbolic link", true);

        TotalSize += file.Size < 0 ? ModuleZip.MaxZipFile + 1 : file.Size;
        return name switch
        {
            "go.mod" when file.Size > ModuleZip.MaxGoMod => ($"go.mod file has {file.Size} bytes; the limit is {ModuleZip.MaxGoMod}", false),
            "LICENSE" when file.Size > ModuleZip.MaxLicense => ($"LICENSE file has {file.Size} bytes; the limit is {ModuleZip.MaxLicense}", false),
            _ => (null, false),
        };
    }

    private string? AddName(string name)
    {
        var length = _prefixLength + Encoding.UTF8.GetByteCount(name);
        if (length > ModuleZip.MaxNameLength) return $"name in the zip has {length} bytes; the limit is {ModuleZip.MaxNameLength}";
        if ((_namesLength += length) > ModuleZip.MaxNamesLength)
            return Limit = $"the names of the files for the zip are longer than {ModuleZip.MaxNamesLength} bytes in all, the limit";
        var collision = _names.Add(name, isDirectory: false);
        if (_names.IsFull) Limit = collision;
        return collision;
    }
}
