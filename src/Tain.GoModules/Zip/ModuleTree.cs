using Tain.GoModules.Paths;
using Tain.GoModules.Zip;

namespace Tain.GoModules;

/// <summary>What an entry of a tree is.</summary>
public enum TreeFileKind
{
    /// <summary>A file (in git: mode 100644 or 100755).</summary>
    Regular,

    /// <summary>A symbolic link (mode 120000).</summary>
    Symlink,

    /// <summary>A submodule (mode 160000). <c>git archive</c> has an empty directory for it, so the go command never sees it.</summary>
    Other,
}

/// <summary>One file of a tree, as the repository lists it.</summary>
/// <param name="Name">Its path below the module's root directory, with slashes. What is not UTF-8 in the repository has to be
/// a lone surrogate or U+FFFD here; either is refused, as Go does.</param>
/// <param name="Size">Its size in bytes; of no meaning unless it is regular.</param>
/// <param name="Kind">What it is.</param>
public readonly record struct TreeFile(string Name, long Size, TreeFileKind Kind);

/// <summary>
/// Which files of a tree belong into its module's zip: what the go command makes of <c>git archive</c> (cmd/go
/// <c>codeRepo.Zip</c>, x/mod <c>zip.CheckFiles</c> as Go 1.24 has it; docs/go-protocol.md, 27). Immutable.
/// </summary>
public sealed class ModuleTree
{
    /// <summary>The most files of a tree, those that stay outside included: 1,000,000. Go has no such limit; it bounds
    /// memory (some 200 bytes each), and Linux has a tenth of it.</summary>
    public const int MaxFiles = 1_000_000;

    /// <summary>The most characters of all their names together: 128 Mi. Go has no such limit; it bounds memory.</summary>
    public const long MaxNamesLength = 128L << 20;

    private readonly List<TreeFile> _valid = [];
    private readonly List<(string Name, string Reason)> _omitted = [];
    private readonly List<(string Name, string Reason)> _invalid = [];
    private readonly HashSet<string> _names = [];

    private ModuleTree()
    {
    }

    /// <summary>The files that belong into the zip, in the tree's order.</summary>
    public IReadOnlyList<TreeFile> Valid => _valid;

    /// <summary>Files that stay outside, each with the rule: vendored ones, those of nested modules, links and submodules.</summary>
    public IReadOnlyList<(string Name, string Reason)> Omitted => _omitted;

    /// <summary>Files because of which no zip may be made, each with the rule that it breaks.</summary>
    public IReadOnlyList<(string Name, string Reason)> Invalid => _invalid;

    /// <summary>Null when a zip may be made, else the first reason in one line: the version, a limit with its value, or a file
    /// with its rule. Beyond <see cref="MaxFiles"/> and other limits that bound the work the lists are not complete.</summary>
    public string? Error { get; private set; }

    /// <summary>The module's root directory has no <c>LICENSE</c>, neither a file nor a link: if it is not the repository's
    /// root, the repository's LICENSE comes into the zip.</summary>
    public bool NeedsLicense { get; private set; } = true;

    /// <summary>Whether that file belongs into the zip.</summary>
    public bool Contains(string name) => _names.Contains(name);

    /// <summary>Checks a tree. The time grows with the length of the names, however they are chosen: a million files take half a
    /// second of one core, names of thousands of directories seven seconds at worst.</summary>
    /// <param name="files">All files below the module's root directory, in the repository's order; read once.</param>
    /// <param name="path">The module.</param>
    /// <param name="version">Its version; <see cref="Error"/> tells when it is not canonical or illegal for the path.</param>
    /// <param name="goVersion">The go directive of the module's go.mod such as <c>1.24.0</c>; empty or null when there is none.
    /// Without a regular go.mod among the files it does not count.</param>
    /// <param name="rootLicense">For a module in a subdirectory, the size in bytes of the repository's <c>LICENSE</c>, or null
    /// when it has none: the last of <see cref="Valid"/> is then that file, if <see cref="NeedsLicense"/>. The go command takes
    /// what <c>git cat-file blob REVISION:LICENSE</c> has, so of a link its target's name.</param>
    public static ModuleTree Check(IEnumerable<TreeFile> files, ModulePath path, string version, string? goVersion, long? rootLicense = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(path);
        var tree = new ModuleTree();
        if (!ModuleVersion.Check(path, version, out var error)) tree.Error = $"{path}: {error}";

        // :: Step 1: the whole list, because a go.mod anywhere decides on files before it.
        if (tree.ReadList(files) is not { } all) return tree;
        if (tree.NeedsLicense && rootLicense is { } size) all.Add(new TreeFile("LICENSE", size, TreeFileKind.Regular));

        // :: Step 2: each file by itself and against those before it.
        tree.CheckFiles(all, new TreeRules(all, $"{path}@{version}/", goVersion));
        return tree;
    }

    private List<TreeFile>? ReadList(IEnumerable<TreeFile> files)
    {
        var all = new List<TreeFile>();
        long length = 0;
        foreach (var file in files)
        {
            if (all.Count == MaxFiles) Error ??= $"module source tree has more than {MaxFiles} files, the limit";
            if ((length += file.Name.Length) > MaxNamesLength)
                Error ??= $"the names in the module source tree have more than {MaxNamesLength} characters in all, the limit";
            if (all.Count == MaxFiles || length > MaxNamesLength) return null;
            all.Add(file);
            // A link counts, though it then stays outside.
            NeedsLicense &= file.Name != "LICENSE" || file.Kind == TreeFileKind.Other;
        }
        return all;
    }

    private void CheckFiles(List<TreeFile> all, TreeRules rules)
    {
        // The first reason for a name counts, as in Go.
        var reasons = new HashSet<string>();
        foreach (var file in all)
        {
            var (reason, omitted) = rules.Judge(file);
            if (rules.Limit != null)
            {
                Error ??= rules.Limit;
                return;
            }
            if (reason == null)
            {
                _valid.Add(file);
                _names.Add(file.Name);
            }
            else if (file.Kind == TreeFileKind.Other || reasons.Add(file.Name))
            {
                (omitted ? _omitted : _invalid).Add((file.Name, reason));
            }
        }

        if (rules.TotalSize > ModuleZip.MaxZipFile)
            Error ??= $"module source tree is too large: its files have {rules.TotalSize} bytes in all; the limit is {ModuleZip.MaxZipFile}";
        if (_valid.Count > ModuleZip.MaxEntries)
            Error ??= $"module source tree has {_valid.Count} files for the zip; the limit is {ModuleZip.MaxEntries}";
        if (_invalid.Count > 0) Error ??= $"{Text.Quote(_invalid[0].Name)}: {_invalid[0].Reason}";
    }
}
