using Tain.Doctor.Files;

namespace Tain.Doctor.Containers;

/// <summary>What goes wrong between images, their registries, and the mirrors in front of them.</summary>
internal static class ContainerChecks
{
    public static void Run(Scene scene)
    {
        var uses = ImageUses.Find(scene, scene.Dockerfiles);
        ImageChecks.Run(scene, uses);
        foreach (var (file, text) in scene.Dockerfiles)
            DockerfileChecks.Run(scene, file, text);

        // What a pipeline's own Docker builds is pulled by it; its jobs' images are not.
        var builds = uses.Where(u => u.Kind is ImageUseKind.From or ImageUseKind.CopyFrom).ToList();
        foreach (var words in scene.Workplaces.Where(s => s.File is not null).SelectMany(s => PipelineImages.DockerFlags(s, s.File!)))
            DockerDaemonChecks.RunFlags(scene, words, builds);

        var ofMachine = ContainerFiles.OfMachine(scene.Machine).Select(f => (f.Kind, File: scene.Files.ReadOrNull(f.Path)!)).Where(f => f.File is not null).ToList();
        var hosts = ofMachine.Find(f => f.Kind is ContainerFileKind.HostsToml).File;
        foreach (var (kind, file) in ofMachine)
            Check(scene, kind, file, uses, ContainerFiles.Certs(scene.Machine), hosts);
        foreach (var path in scene.Paths)
        {
            // What a repository keeps for the machines that pull its images, and others.
            if (ContainerFiles.KindOrNull(Path.GetDirectoryName(path)!, Path.GetFileName(path)) is { } kind && scene.Files.ReadOrNull(path) is { } file)
                Check(scene, kind, file, uses, certs: null, hosts: null);
        }
    }

    private static void Check(Scene scene, ContainerFileKind kind, TextFile file, IReadOnlyList<ImageUse> uses, string? certs, TextFile? hosts)
    {
        switch (kind)
        {
            case ContainerFileKind.DockerDaemon:
                DockerDaemonChecks.Run(scene, file, uses);
                break;
            case ContainerFileKind.Containerd:
                ContainerdChecks.Run(scene, file, certs, hosts);
                break;
            case ContainerFileKind.HostsToml:
                HostsTomlChecks.Run(scene, file);
                break;
            case ContainerFileKind.RegistriesConf:
                RegistriesConfChecks.Run(scene, file, uses);
                break;
            case ContainerFileKind.K3s:
                K3sChecks.Run(scene, file);
                break;
            case ContainerFileKind.BuildKit:
                BuildKitChecks.Run(scene, file);
                break;
        }
    }
}
