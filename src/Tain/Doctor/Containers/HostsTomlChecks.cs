using Tain.Doctor.Files;

namespace Tain.Doctor.Containers;

/// <summary>A <c>hosts.toml</c> of containerd's: the mirrors of the registry whose name its folder has (containerd's docs/hosts.md, <c>core/remotes/docker/config/hosts.go</c>).</summary>
internal static class HostsTomlChecks
{
    public static void Run(Scene scene, TextFile file)
    {
        if (TomlFile.ParseOrNull(file, scene.Files) is not { } root)
            return;
        var name = RegistryOf(Path.GetFileName(Path.GetDirectoryName(file.Path)!));
        var hosts = root["host"]?.Children ?? [];
        if (hosts.Count > 0)
            MirrorList.AddWrongName(scene, file.Whole, name);
        AddSkipped(scene, file, root, root["server"]?.StringOrNull is { } server ? KnownHosts.HostOf(server) : name);
        if (root["server"] is { StringOrNull: { } upstream } value && upstream.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            MirrorList.AddInsecure(scene, file.At(value.Start), "http://", KnownHosts.HostOf(upstream));
        var mirrors = new List<Mirror>();
        foreach (var (address, host) in hosts)
        {
            var mirror = new Mirror(address, file.At(host.Start)) { IsPlain = host["skip_verify"] is not { IsTrue: true } && host["ca"] is null && host["client"] is null };
            mirrors.Add(mirror);
            AddSkipped(scene, file, host, mirror.Host);
            AddCapabilities(scene, file, host, mirror);
            AddPath(scene, host, mirror);
        }
        // "server" is asked last, wherever it stands.
        MirrorList.Check(scene, name, mirrors);
    }

    /// <summary>A port has underscores around it where a folder's name can have no colon.</summary>
    private static string RegistryOf(string folder)
        => folder == "_default" ? "" : folder.EndsWith('_') && folder.TrimEnd('_').LastIndexOf('_') is > 0 and var port ? $"{folder[..port]}:{folder[(port + 1)..^1]}" : folder;

    private static void AddSkipped(Scene scene, TextFile file, TomlValue table, string host)
    {
        if (table["skip_verify"] is { IsTrue: true } skip)
            MirrorList.AddInsecure(scene, file.At(skip.Start), "skip_verify = true", host);
    }

    /// <summary>No list at all, or an empty one, means all of them.</summary>
    private static void AddCapabilities(Scene scene, TextFile file, TomlValue host, Mirror mirror)
    {
        if (host["capabilities"] is { Children.Count: > 0 } list && !list.Items.Any(c => "pull".Equals(c.StringOrNull, StringComparison.OrdinalIgnoreCase)))
        {
            scene.Add(new(MirrorPitfalls.NoPull, file.At(list.Start), new Fact("address", KnownHosts.Show(mirror.Address)),
                new Fact("capabilities", KnownHosts.Show(string.Join(", ", list.Items.Select(c => c.Text))))));
        }
    }

    /// <summary>containerd adds /v2 to a path that does not end in it; Harbor's projects have it in front (aws/eks-anywhere#10765, goharbor/harbor#18530).</summary>
    private static void AddPath(Scene scene, TomlValue host, Mirror mirror)
    {
        var path = mirror.Address[(mirror.Address.IndexOf(mirror.Host, StringComparison.Ordinal) + mirror.Host.Length)..].TrimEnd('/');
        if (host["override_path"] is not { IsTrue: true } && path.StartsWith("/v2/", StringComparison.Ordinal) && !path.EndsWith("/v2", StringComparison.Ordinal))
            scene.Add(new(MirrorPitfalls.OverridePath, mirror.Place, new Fact("address", KnownHosts.Show(mirror.Address))));
    }
}
