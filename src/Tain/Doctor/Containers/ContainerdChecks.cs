using System.Globalization;
using Tain.Doctor.Files;

namespace Tain.Doctor.Containers;

/// <summary>containerd's <c>config.toml</c>, as far as it is about registries.</summary>
internal static class ContainerdChecks
{
    /// <summary>The names of the plugin that pulls for Kubernetes, in the files' versions 3, 2 and 1 (containerd's docs/cri/config.md).</summary>
    private static readonly string[] Plugins = ["io.containerd.cri.v1.images", "io.containerd.grpc.v1.cri", "cri"];

    /// <param name="certs">The folder whose hosts.toml files were found on this machine; null for a file of a repository.</param>
    /// <param name="hosts">One of those files; null when there is none.</param>
    public static void Run(Scene scene, TextFile file, string? certs, TextFile? hosts)
    {
        if (TomlFile.ParseOrNull(file, scene.Files) is not { } root)
            return;
        var registries = Plugins.Select(p => (Plugin: p, Registry: root.At("plugins", p, "registry"))).Where(r => r.Registry is not null).ToList();
        foreach (var (_, registry) in registries)
        {
            var mirrors = registry!["mirrors"] is { Kind: TomlKind.Table, Children.Count: > 0 } set ? set : null;
            var path = registry["config_path"];
            // registry.auths and registry.configs may stand beside it as far as they are credentials: only mirrors and configs with TLS are refused.
            if (mirrors is not null && path is { StringOrNull: { Length: > 0 } folder })
            {
                scene.Add(new(MirrorPitfalls.MirrorsTwice, file.At(path.Start), new Fact("table", "mirrors"), new Fact("line", file.At(mirrors.Start).Line.ToString(CultureInfo.InvariantCulture)),
                    new Fact("folder", KnownHosts.Show(folder))));
            }
            else if (mirrors is not null)
            {
                var (name, first) = mirrors.Children[0];
                scene.Add(new(MirrorPitfalls.MirrorsDeprecated, file.At(mirrors.Start), new Fact("registry", KnownHosts.Show(name)),
                    new Fact("endpoint", KnownHosts.Show(first["endpoint"]?.Items.FirstOrDefault()?.StringOrNull ?? "https://MIRROR"))));
            }
            foreach (var (name, mirror) in mirrors?.Children ?? [])
            {
                MirrorList.AddWrongName(scene, file.At(mirror.Start), name);
                MirrorList.Check(scene, name, [.. (mirror["endpoint"]?.Items ?? []).Where(e => e.StringOrNull is not null).Select(e => new Mirror(e.Text!, file.At(e.Start)))]);
            }
            foreach (var (name, config) in registry["configs"]?.Children ?? [])
            {
                if (config.At("tls", "insecure_skip_verify") is { IsTrue: true } skip)
                    MirrorList.AddInsecure(scene, file.At(skip.Start), "insecure_skip_verify = true", KnownHosts.HostOf(name));
            }
        }
        if (certs is not null && hosts is not null && !IsCriOff(root) && !ReadsMore(root) && !registries.Any(r => Reads(r.Registry!, scene, certs)))
            AddNotRead(scene, file, root, registries.Select(r => r.Registry!["config_path"]).FirstOrDefault(p => p is not null), certs, hosts);
    }

    /// <summary>Docker's own containerd has Kubernetes' part turned off: then certs.d is for nerdctl, which reads it by itself.</summary>
    private static bool IsCriOff(TomlValue root) => root["disabled_plugins"]?.Items.Any(p => Plugins.Contains(p.StringOrNull)) ?? false;

    /// <summary>Other files are read too, which may say more.</summary>
    private static bool ReadsMore(TomlValue root) => root["imports"]?.Items.Any() ?? false;

    /// <summary>config_path is a list like PATH.</summary>
    private static bool Reads(TomlValue registry, Scene scene, string certs)
        => registry["config_path"]?.StringOrNull?.Split(':').Any(p => Path.TrimEndingDirectorySeparator(scene.Machine.InSystem(p)) == certs) ?? false;

    private static void AddNotRead(Scene scene, TextFile file, TomlValue root, TomlValue? path, string certs, TextFile hosts)
    {
        var plugin = root["version"]?.Text switch { "3" => Plugins[0], "2" => Plugins[1], _ => Plugins[2] };
        scene.Add(new(MirrorPitfalls.HostsNotRead, path is null ? file.Whole : file.At(path.Start), new Fact("hosts", hosts.Shown), new Fact("config", file.Shown), new Fact("folder", scene.Files.Shown(certs)),
            new Fact("plugin", plugin)));
    }
}
