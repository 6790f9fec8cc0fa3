using Tain.Doctor.Files;

namespace Tain.Doctor.Containers;

/// <summary>BuildKit's <c>buildkitd.toml</c>, which a builder of its own reads instead of Docker's settings (docs.docker.com/build/buildkit/configure).</summary>
internal static class BuildKitChecks
{
    public static void Run(Scene scene, TextFile file)
    {
        if (TomlFile.ParseOrNull(file, scene.Files) is not { } root)
            return;
        foreach (var (name, registry) in root["registry"]?.Children ?? [])
        {
            var mirrors = (registry["mirrors"]?.Items ?? []).Where(m => m.StringOrNull is not null).Select(m => new Mirror(m.Text!, file.At(m.Start))).Select(m => m with { IsPlain = root.At("registry", m.Host) is null }).ToList();
            if (mirrors.Count > 0)
                MirrorList.AddWrongName(scene, file.At(registry.Start), name);
            MirrorList.Check(scene, name, mirrors);
            // They are the named host's own, not its mirrors': a mirror has an entry of its own for them.
            foreach (var key in (ReadOnlySpan<string>)["http", "insecure"])
            {
                if (registry[key] is { IsTrue: true } setting)
                    MirrorList.AddInsecure(scene, file.At(setting.Start), key + " = true", KnownHosts.HostOf(name));
            }
        }
    }
}
