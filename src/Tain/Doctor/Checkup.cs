using Tain.Doctor.Files;
using Tain.Doctor.Workplaces;

namespace Tain.Doctor;

/// <summary>Reads a repository and a machine, and finds the pitfalls in their settings. Asks nobody: see <c>Probes/</c> for that.</summary>
internal static class Checkup
{
    /// <summary>The variables whose values tell something.</summary>
    public static readonly IReadOnlyList<string> Variables =
    [
        "GOPROXY", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOSUMDB", "GOINSECURE", "GOFLAGS", "GOTOOLCHAIN", "GO111MODULE",
        "NPM_CONFIG_REGISTRY", "npm_config_registry", "NPM_CONFIG_STRICT_SSL", "npm_config_strict_ssl", "NODE_TLS_REJECT_UNAUTHORIZED", "YARN_NPM_REGISTRY_SERVER", "YARN_REGISTRY",
        "YARN_ENABLE_STRICT_SSL", "BUN_CONFIG_REGISTRY", .. Npm.NpmSecret.Variables,
    ];

    public static Scene Look(Machine machine, string folder, DoctorFile team, FileReader files)
    {
        var paths = FolderWalk.Find(folder, IsWanted, new IgnoredFiles(files, folder).Has, files.PassOver);
        var reader = new WorkplaceReader(files, Variables);
        var scene = new Scene(machine, folder, team, files, paths, [.. paths.Select(p => reader.ReadOrNull(Below(folder, p), p)).OfType<Workplace>()]);
        Go.GoChecks.Run(scene);
        Npm.NpmChecks.Run(scene);
        Containers.ContainerChecks.Run(scene);
        scene.WithdrawTornFixes();
        return scene;
    }

    private static bool IsWanted(string folder, string name)
        => Go.GoFiles.IsWanted(name) || Npm.NpmFiles.IsWanted(name) || Containers.ContainerFiles.IsWanted(folder, name) || WorkplaceNames.KindOrNull(folder, name) is not null;

    private static string Below(string folder, string path) => Path.GetRelativePath(folder, Path.GetDirectoryName(path)!) is var below and not "." ? below : "";
}
