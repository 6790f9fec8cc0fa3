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
            var isPathSet = path is { StringOrNull.Length: > 0 };
            // registry.auths and registry.configs may stand beside it as far as they are credentials: only mirrors and, up to 1.7, configs with TLS are refused.
            // (Version 3 of the file is of 2.0 and later.)
            var tls = root["version"]?.Text == "3" ? null : registry["configs"]?.Children.Select(c => c.Value["tls"]).FirstOrDefault(t => t is not null);
            if (isPathSet && mirrors is not null)
                AddTwice(scene, file, path!, "mirrors", mirrors, new("containerd", "containerd"));
            if (isPathSet && tls is not null)
                AddTwice(scene, file, path!, "configs.tls", tls, new("containerd before 2.0", "2.0 之前的 containerd"));
            if (!isPathSet && mirrors is not null)
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
        if (certs is not null && hosts is not null && !IsCriOff(root) && !ReadsMore(root) && !registries.Any(r => Reads(root, r.Registry!, scene, certs)))
            AddNotRead(scene, file, root, registries.Select(r => r.Registry!["config_path"]).FirstOrDefault(p => p is not null), certs, hosts);
    }

    /// <summary>Docker's own containerd has Kubernetes' part turned off: then certs.d is for nerdctl, which reads it by itself.</summary>
    private static bool IsCriOff(TomlValue root) => root["disabled_plugins"]?.Items.Any(p => Plugins.Contains(p.StringOrNull)) ?? false;

    /// <summary>Other files are read too, which may say more.</summary>
    private static bool ReadsMore(TomlValue root) => root["imports"]?.Items.Any() ?? false;

    private static void AddTwice(Scene scene, TextFile file, TomlValue path, string name, TomlValue table, Words containerd)
        => scene.Add(new(MirrorPitfalls.MirrorsTwice, file.At(path.Start), new Fact("table", name), new Fact("line", file.At(table.Start).Line),
            new Fact("containerd", containerd), new Fact("folder", KnownHosts.Show(path.Text!.Split(':')[0]))));

    /// <summary>config_path is a list like PATH, which what pulls since 2.1 takes for one folder (containerd/containerd#12415, #12808).</summary>
    private static bool Reads(TomlValue root, TomlValue registry, Scene scene, string certs)
    {
        var folders = registry["config_path"]?.StringOrNull?.Split(':') ?? [];
        return folders.Any(p => Path.TrimEndingDirectorySeparator(scene.Machine.InSystem(p)) == certs) && (folders.Length == 1 || root["version"]?.Text != "3" || IsLocalPull(root, registry));
    }

    /// <summary>Settings that make Kubernetes' part pull by itself, as it did before 2.1 (<c>CheckLocalImagePullConfigs</c> in its config.go).</summary>
    private static bool IsLocalPull(TomlValue root, TomlValue registry)
    {
        var images = root.At("plugins", Plugins[0]);
        return images?["use_local_image_pull"] is { IsTrue: true } || images?["discard_unpacked_layers"] is { IsTrue: true } || images?["image_pull_with_sync_fs"] is { IsTrue: true }
            || images?["disable_snapshot_annotations"] is { Text: "false" } || images?["max_concurrent_downloads"] is { Text: not "3" }
            || ((string[])["mirrors", "configs", "auths"]).Any(k => registry[k] is { Children.Count: > 0 });
    }

    private static void AddNotRead(Scene scene, TextFile file, TomlValue root, TomlValue? path, string certs, TextFile hosts)
    {
        // The default of 2.2 is such a list too.
        var why = path?.StringOrNull?.Contains(':', StringComparison.Ordinal) ?? false
            ? new Words("names several folders in config_path, which containerd 2.1 and later takes for one (containerd#12808)", "的 config_path 写了多个目录，containerd 2.1 起会把它们当成一个目录（containerd#12808）")
            : new Words("has no config_path for it", "中没有对应的 config_path");
        var plugin = root["version"]?.Text switch { "3" => Plugins[0], "2" => Plugins[1], _ => Plugins[2] };
        scene.Add(new(MirrorPitfalls.HostsNotRead, path is null ? file.Whole : file.At(path.Start), new Fact("hosts", hosts.Shown), new Fact("config", file.Shown), new Fact("why", why), new Fact("folder", scene.Files.Shown(certs)),
            new Fact("plugin", plugin)));
    }
}
