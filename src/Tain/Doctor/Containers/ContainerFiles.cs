using Tain.Doctor.Workplaces;

namespace Tain.Doctor.Containers;

internal enum ContainerFileKind { DockerDaemon, Containerd, HostsToml, RegistriesConf, BuildKit, K3s }

/// <summary>The settings of what pulls images: this machine's, and those that a repository keeps for others.</summary>
internal static class ContainerFiles
{
    /// <summary>Folders of registries that are looked into.</summary>
    private const int MaxFolders = 1000;

    /// <summary>Whether a file of a repository is one; a name such as config.toml says so in its folder only.</summary>
    public static bool IsWanted(string folder, string name) => KindOrNull(folder, name) is not null || IsBuild(name) || IsValues(name) || name == Chart;

    /// <summary>What says how images are built, and is read for their names only: a workplace that does is read as one.</summary>
    public static bool IsBuild(string name) => name is "Tiltfile" or "package.json" || BuiltImages.IsBake(name);

    /// <summary>A chart's values, where <see cref="Chart"/> lies beside it.</summary>
    public static bool IsValues(string name) => name.StartsWith("values", StringComparison.Ordinal) && WorkplaceNames.IsYaml(name);

    public const string Chart = "Chart.yaml";

    public static ContainerFileKind? KindOrNull(string folder, string name) => name switch
    {
        "daemon.json" => ContainerFileKind.DockerDaemon,
        "config.toml" when Path.GetFileName(folder) == "containerd" => ContainerFileKind.Containerd,
        "hosts.toml" when Path.GetFileName(Path.GetDirectoryName(folder)) is "certs.d" or "hosts.d" => ContainerFileKind.HostsToml,
        "registries.conf" => ContainerFileKind.RegistriesConf,
        "registries.yaml" => ContainerFileKind.K3s,
        "buildkitd.toml" => ContainerFileKind.BuildKit,
        _ when name.EndsWith(".conf", StringComparison.Ordinal) && Path.GetFileName(folder) == "registries.conf.d" => ContainerFileKind.RegistriesConf,
        _ => null,
    };

    /// <summary>The folder that containerd's documentation calls for.</summary>
    public static string Certs(Machine machine) => machine.InSystem("/etc/containerd/certs.d");

    public static IEnumerable<(string Path, ContainerFileKind Kind)> OfMachine(Machine machine)
    {
        // Docker's rootless mode and Docker Desktop have files of their own.
        yield return (machine.InSystem("/etc/docker/daemon.json"), ContainerFileKind.DockerDaemon);
        yield return (Path.Join(machine.ConfigFolder, "docker/daemon.json"), ContainerFileKind.DockerDaemon);
        yield return (machine.InHome(".docker/daemon.json"), ContainerFileKind.DockerDaemon);
        yield return (machine.InSystem("/etc/containerd/config.toml"), ContainerFileKind.Containerd);
        foreach (var folder in Entries(Certs(machine), folders: true))
            yield return (Path.Join(folder, "hosts.toml"), ContainerFileKind.HostsToml);
        // The user's own takes the place of the system's (containers-registries.conf(5)); those in registries.conf.d add to either.
        var own = Path.Join(machine.ConfigFolder, "containers/registries.conf");
        yield return (File.Exists(own) ? own : machine.InSystem("/etc/containers/registries.conf"), ContainerFileKind.RegistriesConf);
        foreach (var folder in (string[])[machine.InSystem("/etc/containers/registries.conf.d"), own + ".d"])
        {
            foreach (var file in Entries(folder, folders: false).Where(f => f.EndsWith(".conf", StringComparison.Ordinal)))
                yield return (file, ContainerFileKind.RegistriesConf);
        }
        yield return (machine.InSystem("/etc/rancher/k3s/registries.yaml"), ContainerFileKind.K3s);
        yield return (machine.InSystem("/etc/rancher/rke2/registries.yaml"), ContainerFileKind.K3s);
        yield return (machine.InSystem("/etc/buildkit/buildkitd.toml"), ContainerFileKind.BuildKit);
        yield return (machine.InSystem("/etc/buildkitd.toml"), ContainerFileKind.BuildKit);
        yield return (Path.Join(machine.ConfigFolder, "buildkit/buildkitd.toml"), ContainerFileKind.BuildKit);
        yield return (machine.InHome(".docker/buildx/buildkitd.default.toml"), ContainerFileKind.BuildKit);
    }

    /// <summary>What is in a folder, sorted; nothing when it is not there, or may not be read.</summary>
    private static IReadOnlyList<string> Entries(string folder, bool folders)
    {
        try
        {
            return [.. (folders ? Directory.EnumerateDirectories(folder) : Directory.EnumerateFiles(folder)).Take(MaxFolders).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
