using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor;

/// <summary>All that is examined, and what was found. One thread's, but for <see cref="Add"/>.</summary>
/// <param name="Folder">The folder under examination, absolute.</param>
/// <param name="Paths">The files in it that some check wants, absolute and sorted.</param>
internal sealed class Scene(Machine machine, string folder, DoctorFile team, FileReader files, IReadOnlyList<string> paths, IReadOnlyList<Workplace> workplaces)
{
    private readonly List<Finding> _findings = [];
    private readonly List<ConfiguredMirror> _mirrors = [];
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);
    private Go.GoView? _go;
    private IReadOnlyDictionary<TextFile, DockerfileText>? _dockerfiles;

    public Machine Machine { get; } = machine;

    public string Folder { get; } = folder;

    public DoctorFile Team { get; } = team;

    public FileReader Files { get; } = files;

    public IReadOnlyList<string> Paths { get; } = paths;

    /// <summary>Where tools run: the pipelines, images and so on of the repository.</summary>
    public IReadOnlyList<Workplace> Workplaces { get; } = workplaces;

    /// <summary>Those that can be read, the ones within compose files too.</summary>
    public IReadOnlyDictionary<TextFile, DockerfileText> Dockerfiles => _dockerfiles ??= Doctor.Workplaces.Dockerfiles.ReadAll(this);

    /// <summary>What matters to the go command here.</summary>
    public Go.GoView Go => _go ??= Doctor.Go.GoView.Read(this);

    /// <summary>Registries and image mirrors that some setting names; module proxies are in <see cref="Go"/>'s settings.</summary>
    public IReadOnlyList<ConfiguredMirror> Mirrors => _mirrors;

    public IReadOnlyList<Finding> Findings => _findings;

    public void Add(Finding finding)
    {
        if (finding is { Fix: { } fix, IsSelfEvident: false } && !IsInside(fix.File.Path))
            finding = finding with { Fix = null };
        // Two jobs with the same line say the same thing once. Probes of several mirrors end at the same moment.
        lock (_said)
        {
            if (_said.Add($"{finding.Pitfall.Id}\n{finding.Place}\n{string.Join('\n', finding.Facts.Select(f => f.Words.English))}"))
                _findings.Add(finding);
        }
    }

    /// <summary>Takes the fixes from findings that would give one setting different values.</summary>
    public void WithdrawTornFixes()
    {
        var torn = Fixes.Edit.Torn(_findings.Select(f => f.Fix).OfType<Fixes.Edit>());
        for (var i = 0; i < _findings.Count; i++)
        {
            if (_findings[i].Fix is { } fix && torn.Contains(fix))
                _findings[i] = _findings[i] with { Fix = null };
        }
    }

    /// <summary>Whether a file is of the folder under examination, links followed.</summary>
    public bool IsInside(string path)
    {
        // A file that a fix would make is no link.
        var file = new FileInfo(path);
        return Folders.IsBelow(path, Folder) && (!file.Exists || file.LinkTarget is null || (file.ResolveLinkTarget(returnFinalTarget: true) is { } target && Folders.IsBelow(target.FullName, Folder)));
    }

    /// <param name="address">With its scheme; what stands for a variable is passed over.</param>
    public void AddMirror(string kind, string address, Place place)
    {
        var isUrl = address.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || address.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
        if (isUrl && address.AsSpan().IndexOfAny("${`%") < 0 && !_mirrors.Exists(m => m.Kind == kind && m.Address == address))
            _mirrors.Add(new(kind, address, place));
    }

    /// <summary>The files with one of these names, read.</summary>
    public IEnumerable<TextFile> Named(params string[] names)
        => Paths.Where(p => names.Contains(Path.GetFileName(p), StringComparer.Ordinal)).Select(Files.ReadOrNull).OfType<TextFile>();
}

/// <summary>A registry or an image mirror, as some setting names it.</summary>
/// <param name="Kind"><c>npm</c> or <c>oci</c>.</param>
internal sealed record ConfiguredMirror(string Kind, string Address, Place Place);
